local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D, F = dg.distributions, dg.functions

local BITS = { { { 0, 1 }, { 1, 0 } }, { { 1, 1 }, { 0, 0 } } }

distribution_case("Bernoulli", {
  names = { "p" },
  params = { { { 0.5, 0.2 }, { 0.9, 0.4 } } },
  other = { { 0.3, 0.6 } },
  batch = { 2, 2 },
  x = BITS,
  discrete = true,
  support = "{0, 1}",
  lacks = { "mode", "covariance", "cdf", "icdf" },
  gradients = { false },
  values = { 0, 1 },
})

distribution_case("Bernoulli", {
  make = function(logit) return D.Bernoulli { logit = logit } end,
  names = { "logit" },
  params = { { { 0.5, -0.2 }, { 1.9, -0.4 } } },
  other = { { 0.3, -0.6 } },
  batch = { 2, 2 },
  x = BITS,
  discrete = true,
  support = "{0, 1}",
  gradients = { false },
  values = { 0, 1 },
})

describe("Bernoulli", function()
  local none = -math.huge

  it("takes p or logit, in either place", function()
    close(D.Bernoulli({ 0.5, 0.75 }).logit, { 0, math.log(3) }, 1e-6, 0)
    close(D.Bernoulli(nil, { 0, math.log(3) }).p, { 0.5, 0.75 }, 1e-6, 0)
    assert.error_matches(function() D.Bernoulli() end,
      "Bernoulli: wanted p or logit; got none of these")
    assert.error_matches(function() D.Bernoulli(0.5, 0) end, "got p, logit")
  end)

  it("may be certain", function()
    for _, d in ipairs { D.Bernoulli { 0, 1 }, D.Bernoulli { logit = { none, math.huge } } } do
      close(d:log_prob(0), { 0, none })
      close(d:log_prob(1), { none, 0 })
      close(d.entropy, { 0, 0 })
      close(d.variance, { 0, 0 })
      assert.same({ { 0, 1 }, { 0, 1 } }, d:sample(2):totable())
      close(dg.kl_divergence(d, D.Bernoulli(0.5)), { math.log(2), math.log(2) }, 1e-6, 0)
      close(dg.kl_divergence(d, d), { 0, 0 })
      close(dg.kl_divergence(D.Bernoulli(0.5), d), { math.huge, math.huge })
    end
  end)

  it("has finite gradients where it is certain and right", function()
    local p, logit = dg.Variable { 0, 1 }, dg.Variable { none, math.huge }
    F.sum(D.Bernoulli(p):log_prob { 0, 1 }):backward()
    close(p.grad, { -1, 1 })
    F.sum(D.Bernoulli({ logit = logit }):log_prob { 0, 1 }):backward()
    close(logit.grad, { 0, 0 })
  end)

  it("keeps small probabilities", function()
    close(D.Bernoulli(1e-10):log_prob(0), -1e-10, 0, 1e-5)
    close(D.Bernoulli({ logit = { -200, 200 } }):log_prob { 1, 0 }, { -200, -200 }, 0, 1e-6)
  end)

  it("takes anything between 0 and 1 unless binary_check says otherwise", function()
    for _, given in ipairs { { p = 0.25 }, { logit = -math.log(3) } } do
      local wanted = 0.5 * math.log(0.25) + 0.5 * math.log(0.75)
      close(D.Bernoulli(given):log_prob(0.5), wanted, 1e-6, 0)
      close(D.Bernoulli(given):prob(0.5), 0.5, 1e-6, 0)
      given.binary_check = true
      local d = D.Bernoulli(given)
      assert.is_true(d.binary_check)
      close(d:log_prob { 0.5, 1 }, { none, math.log(0.25) }, 1e-6, 0)
      close(d:prob { 0.5, 1 }, { 0, 0.25 }, 1e-6, 0)
    end
    assert.is_false(D.Bernoulli(0.5).binary_check)
  end)

  it("takes integers and bools as results", function()
    local d = D.Bernoulli { 0.25 }
    close(d:log_prob(dg.tensor({ 1 }, "int64")), { math.log(0.25) }, 1e-6, 0)
    close(d:log_prob(dg.tensor({ 0 }, "bool")), { math.log(0.75) }, 1e-6, 0)
  end)
end)
