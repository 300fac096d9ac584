local dg = require "dgraph"
local close = require("dgraph.gradient_check").assert_allclose

local D = dg.distributions

describe("kl_divergence", function()
  it("is not symmetric, and broadcasts", function()
    local p, q = D.Normal({ 0, 1 }, 1), D.Normal({ { 0 }, { 3 } }, 2)
    assert.same({ 2, 2 }, dg.kl_divergence(p, q).shape)
    close(dg.kl_divergence(p, q)[1][1], math.log(2) + 1 / 8 - 0.5, 1e-6, 0)
    close(dg.kl_divergence(q, p)[1][1], -math.log(2) + 2 - 0.5, 1e-6, 0)
  end)

  it("is what a variational autoencoder adds", function()
    local mean, ln_var = dg.tensor { 0.5, -1 }, dg.tensor { 0.3, -0.2 }
    local d = D.Normal(mean, { log_scale = ln_var / 2 })
    close(dg.functions.sum(dg.kl_divergence(d, D.Normal(0, 1))),
      dg.functions.gaussian_kl_divergence(mean, ln_var), 1e-6, 0)
  end)

  it("refuses pairs without a formula, and what is no distribution", function()
    assert.error_matches(function() dg.kl_divergence(D.Normal(0, 1), D.Laplace(0, 1)) end,
      "kl_divergence: no formula for Normal and Laplace")
    assert.error_matches(function() dg.kl_divergence(D.Normal(0, 1), 3) end,
      "kl_divergence: wanted a distribution, got 3")
    assert.error_matches(function() dg.cross_entropy(dg.zeros(1), D.Normal(0, 1)) end,
      "cross_entropy: wanted a distribution, got a tensor")
    assert.error_matches(function() dg.cross_entropy(D.Poisson(1), D.Poisson(2)) end,
      "Poisson has no entropy")
  end)
end)

describe("register_kl", function()
  it("takes a formula for a pair of classes, as an argument or afterwards", function()
    local One, Two = D.Normal:extend "One", D.Normal:extend "Two"
    local function formula() return "formula" end
    assert.equal(formula, dg.register_kl(One, Two, formula))
    assert.equal("formula", dg.kl_divergence(One(0, 1), Two(0, 1)))
    local function other(p, q) return p.loc - q.loc end
    assert.equal(other, dg.register_kl(Two, One)(other))
    assert.equal(-2, dg.kl_divergence(Two(1, 1), One(3, 1)):item())
    assert.error_matches(function() dg.kl_divergence(One(0, 1), One(0, 1)) end,
      "no formula for One and One")
  end)

  it("refuses what is no class and no function", function()
    assert.error_matches(function() dg.register_kl(D.Normal, {}) end,
      "register_kl: wanted a class of distributions")
    assert.error_matches(function() dg.register_kl("Normal", D.Normal) end, "got \"Normal\"")
    assert.error_matches(function() dg.register_kl(D.Normal, D.Normal, 3) end,
      "register_kl: wanted a function, got 3")
  end)
end)

describe("cross_entropy", function()
  it("is entropy and divergence together", function()
    local p, q = D.Categorical { 0.25, 0.75 }, D.Categorical { 0.5, 0.5 }
    close(dg.cross_entropy(p, q), math.log(2), 1e-6, 0)
    close(dg.cross_entropy(p, p), p.entropy, 1e-6, 0)
  end)
end)
