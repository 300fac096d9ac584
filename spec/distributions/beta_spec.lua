local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D, F = dg.distributions, dg.functions

distribution_case("Beta", {
  names = { "a", "b" },
  params = { { 1.5, 4 }, { { 1.2 }, { 2 } } },
  other = { { 2, 3 }, 1.5 },
  batch = { 2, 2 },
  x = { { { 0.1, 0.2 }, { 0.3, 0.2 } }, { { 0.9, 0.8 }, { 0.6, 0.4 } } },
  support = "[0, 1]",
  lacks = { "mode", "covariance", "cdf", "icdf" },
  gradients = { false, false },
  integrate = { 0, 1 },
})

describe("Beta", function()
  it("draws small parameters #long", function()
    dg.seed(1)
    local x = D.Beta(dg.tensor({ 0.01, 1e-3 }, "float64"), 0.01):sample(4000)
    assert.is_true(F.all(F.isfinite(x)):item())
    local p = dg.tensor({ 0.5, 1 / 11 }, "float64")
    local allowed = 5 * F.sqrt(p * (1 - p) / 4000)
    assert.is_true(F.all(F.lt(F.absolute(F.mean(x, 1) - p), allowed)):item())
  end)

  it("has limits at 0 and 1, and nothing beyond", function()
    local d = D.Beta({ 0.5, 1, 2 }, { 2, 1, 0.5 })
    close(d:log_prob(0), { math.huge, 0, -math.huge }, 1e-6, 0)
    close(d:log_prob(1), { -math.huge, 0, math.huge }, 1e-6, 0)
    close(D.Beta(1, 1):log_prob { -0.1, 1.1 }, { -math.huge, -math.huge })
  end)

  it("has gradients where it is uniform", function()
    local a, b = dg.Variable { 1 }, dg.Variable { 1 }
    D.Beta(a, b):log_prob({ 0.25 }):backward()
    close(a.grad, { math.log(0.25) + 1 }, 1e-5, 0)
    close(b.grad, { math.log(0.75) + 1 }, 1e-5, 0)
  end)
end)
