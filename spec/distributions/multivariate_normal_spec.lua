local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D, F = dg.distributions, dg.functions

-- What stands above the diagonal does not count.
local SCALE = { { 0.8, 9 }, { 0.5, 1.3 } }

distribution_case("MultivariateNormal", {
  make = function(loc, scale) return D.MultivariateNormal(loc, { scale_tril = scale }) end,
  names = { "loc", "scale_tril" },
  params = { { { 0.7, 2 }, { 5, 1.5 } }, SCALE },
  other = { { 2, 3 }, { { { 1, 0 }, { 0.3, 0.7 } }, { { 2, 0 }, { -0.3, 1.1 } } } },
  batch = { 2 },
  event = { 2 },
  x = { { { 0.2, 0.3 }, { 0.1, 0.8 } }, { { 0.6, 0.1 }, { 0.3, 0.4 } } },
  properties = { "mean", "variance", "stddev", "entropy" },
  support = "real",
  lacks = { "mode", "cdf", "icdf" },
})

describe("MultivariateNormal", function()
  it("has the covariance L L^T, and samples of it #long", function()
    local d = D.MultivariateNormal(dg.tensor({ 1, 2 }, "float64"), { scale_tril = SCALE })
    local wanted = { { 0.64, 0.4 }, { 0.4, 1.94 } }
    close(d.covariance, wanted, 1e-12, 0)
    dg.seed(1)
    local n = 20000
    local x = d:sample(n) - d.mean
    close(F.matmul(x, x, true, false) / n, wanted, 0.1, 0)
    close(F.tril(d.scale_tril), d.scale_tril)
    assert.equal(2, d.d)
  end)

  it("is a normal distribution for one", function()
    local d = D.MultivariateNormal(dg.tensor({ 1 }, "float64"), { scale_tril = { { 2 } } })
    local normal = D.Normal(dg.tensor(1, "float64"), 2)
    close(d:log_prob { 0.3 }, normal:log_prob(0.3), 1e-12, 0)
    close(d.entropy, normal.entropy, 1e-12, 0)
  end)

  it("refuses what does not fit", function()
    local make = D.MultivariateNormal
    assert.error_matches(function() make { 1, 2 } end, "wanted loc, scale_tril; got loc$")
    assert.error_matches(function() make({ 1, 2 }, { 1, 2 }) end,
      "scale_tril has 1 axes, wanted 2 or more")
    assert.error_matches(function() make({ 1, 2 }, { { 1 } }) end,
      "scale_tril has matrices of 1 x 1, wanted 2 x 2 as loc")
    assert.error_matches(function() make({ { 1, 2 }, { 3, 4 } }, dg.ones(3, 2, 2)) end,
      "which does not broadcast")
  end)
end)
