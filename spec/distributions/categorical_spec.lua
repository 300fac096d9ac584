local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D, F = dg.distributions, dg.functions

distribution_case("Categorical", {
  names = { "p" },
  params = { { { 0.1, 0.2, 0.7 }, { 0.3, 0.3, 0.4 } } },
  other = { { 0.3, 0.5, 0.2 } },
  batch = { 2 },
  x = { { 1, 3 }, { 2, 2 }, { 3, 1 } },
  dtype = "int64",
  properties = { "entropy" },
  discrete = true,
  support = "{1, ..., k}",
  lacks = { "mean", "variance", "stddev", "mode", "covariance", "cdf", "icdf" },
  gradients = { false },
  values = { 1, 2, 3 },
  moments = false,
})

distribution_case("Categorical", {
  make = function(logit) return D.Categorical { logit = logit } end,
  names = { "logit" },
  params = { { { 1, 0.2, -0.7 }, { 2, 0.3, 1.4 } } },
  other = { { 0.3, 0.5, -0.2 } },
  batch = { 2 },
  x = { { 1, 3 }, { 2, 2 }, { 3, 1 } },
  dtype = "int64",
  properties = { "entropy" },
  discrete = true,
  support = "{1, ..., k}",
  gradients = { false },
  values = { 1, 2, 3 },
  moments = false,
})

describe("Categorical", function()
  it("draws each position as often as it should #long", function()
    dg.seed(1)
    local n, p = 20000, { 0, 0.05, 0, 0.7, 0.25, 0 }
    local x = D.Categorical(p):sample(n)
    for i, chance in ipairs(p) do
      local share = F.sum(F.cast(F.eq(x, i), "float64")):item() / n
      assert(math.abs(share - chance) <= 5 * math.sqrt(chance / n), i)
    end
    dg.seed(1)
    assert.same(x:totable(), D.Categorical({ 0, 0.1, 0, 1.4, 0.5, 0 }):sample(n):totable())
  end)

  it("broadcasts positions over the batch", function()
    local d = D.Categorical { { 0.25, 0.75 }, { 0.5, 0.5 } }
    close(d:prob(1), { 0.25, 0.5 }, 1e-6, 0)
    close(d:prob { { 1 }, { 2 } }, { { 0.25, 0.5 }, { 0.75, 0.5 } }, 1e-6, 0)
    close(D.Categorical({ 0.25, 0.75 }):prob { 2, 2, 1 }, { 0.75, 0.75, 0.25 }, 1e-6, 0)
  end)

  it("may exclude choices", function()
    local q = D.Categorical { 0.25, 0.25, 0.5 }
    local p = D.Categorical { logit = { 0, 0, -math.huge } }
    for _, d in ipairs { D.Categorical { 0.5, 0.5, 0 }, p } do
      close(d.entropy, math.log(2), 1e-6, 0)
      close(dg.kl_divergence(d, q), math.log(2), 1e-6, 0)
      close(dg.kl_divergence(d, d), 0, 1e-7, 0)
      assert.equal(math.huge, dg.kl_divergence(q, d):item())
    end
    local chances, r = dg.Variable { 0.5, 0.5, 0 }, dg.Variable { 0.25, 0.75, 0 }
    local d = D.Categorical(chances)
    dg.backward(d.entropy + dg.kl_divergence(d, D.Categorical(r)))
    close(r.grad, { -2, -2 / 3, 0 }, 1e-6, 0)
    close(chances.grad, { -math.log(0.25), -math.log(0.75), 0 }, 1e-6, 0)
  end)

  it("has the gradient 0 of its entropy where p is 0", function()
    local p = dg.Variable { 0.5, 0.5, 0 }
    dg.backward(D.Categorical(p).entropy)
    local slope = -math.log(0.5) - 1
    close(p.grad, { slope, slope, 0 }, 1e-6, 0)
  end)

  it("refuses what is no position", function()
    local d = D.Categorical { 0.5, 0.5 }
    assert.error_matches(function() d:log_prob(dg.tensor { 1 }) end, "must hold positions")
    assert.has_error(function() d:log_prob(3) end)
    assert.has_error(function() d:log_prob(0) end)
    assert.error_matches(function() d:log_prob "1" end, "x must be a tensor, a number or a table")
    local batch = D.Categorical { { 0.5, 0.5 }, { 0.1, 0.9 } }
    assert.error_matches(function() batch:log_prob { 1, 1, 2 } end,
      "x of %(3%) does not broadcast with a batch of %(2%)")
    assert.error_matches(function() D.Categorical(0.5) end, "p has 0 axes, wanted 1 or more")
    assert.error_matches(function() D.Categorical() end, "wanted p or logit; got none of these")
  end)
end)
