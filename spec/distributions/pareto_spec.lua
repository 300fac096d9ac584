local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D, F = dg.distributions, dg.functions

distribution_case("Pareto", {
  names = { "scale", "alpha" },
  params = { { 0.5, 1.5 }, { { 7 }, { 8 } } },
  other = { 0.4, { 6, 7 } },
  batch = { 2, 2 },
  x = { { { 2.1, 2 }, { 3, 2.2 } }, { { 1.6, 1.7 }, { 1.8, 2.4 } } },
  support = "[scale, inf]",
  lacks = { "mode", "covariance", "cdf", "icdf" },
})

describe("Pareto", function()
  it("has the integral 1 above its scale #long", function()
    local d, n = D.Pareto(1, dg.tensor(4, "float64")), 20000
    local x = 1 + (dg.arange(0, n, 1, "float64") + 0.5) * (29 / n)
    close(F.sum(d:prob(x)) * (29 / n), 1 - 30 ^ -4, 1e-5, 0)
  end)

  it("has nothing below its scale", function()
    close(D.Pareto(2, 1):log_prob { 1.9, 2 }, { -math.huge, -math.log(2) }, 1e-6, 0)
  end)

  it("has infinite moments where alpha is small, and gradients beside them", function()
    local alpha = dg.Variable { 0.5, 1, 2, 3 }
    local d = D.Pareto(1, alpha)
    close(d.mean, { math.huge, math.huge, 2, 1.5 }, 1e-6, 0)
    close(d.variance, { math.huge, math.huge, math.huge, 0.75 }, 1e-6, 0)
    dg.backward(F.sum(d.mean))
    close(alpha.grad, { 0, 0, -1, -0.25 }, 1e-6, 0)
    alpha:cleargrad()
    dg.backward(F.sum(d.variance))
    close(alpha.grad, { 0, 0, 0, -1.25 }, 1e-6, 0)
  end)

  it("diverges without bound from what begins above it", function()
    assert.equal(math.huge, dg.kl_divergence(D.Pareto(1, 2), D.Pareto(1.1, 2)):item())
  end)
end)
