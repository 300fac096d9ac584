local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D = dg.distributions

distribution_case("Laplace", {
  names = { "loc", "scale" },
  params = { { 0.5, -1 }, { { 1 }, { 2 } } },
  other = { { 0, 1 }, 1.5 },
  batch = { 2, 2 },
  x = { { { 0.1, -2 }, { 3, 0 } }, { { -1, 1 }, { 0.6, 0.4 } } },
  properties = { "mean", "mode", "variance", "stddev", "entropy" },
  support = "real",
  lacks = { "covariance" },
  integrate = { -40, 40 },
})

describe("Laplace", function()
  it("has the gradient of its cdf at the corner", function()
    local d, x = D.Laplace(1, 2), dg.Variable { 1 }
    local y = d:cdf(x)
    y:backward()
    close(y, { 0.5 }, 1e-7)
    close(x.grad, { 0.25 }, 1e-7)
    local u = dg.Variable { 0.5 }
    local back = d:icdf(u)
    back:backward()
    close(back, { 1 }, 1e-6)
    close(u.grad, { 4 }, 1e-6)
  end)
end)
