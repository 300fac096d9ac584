local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"

local D = dg.distributions

distribution_case("LogNormal", {
  names = { "mu", "sigma" },
  params = { { 0.5, -0.2 }, { { 0.3 }, { 0.6 } } },
  other = { { 0, 0.4 }, 0.7 },
  batch = { 2, 2 },
  x = { { { 0.1, 2 }, { 3, 0.2 } }, { { 1, 1 }, { 0.6, 0.4 } } },
  support = "positive",
  lacks = { "mode", "covariance", "cdf", "icdf" },
  integrate = { 0, 60 },
})

describe("LogNormal", function()
  it("has nothing at 0 and below", function()
    assert.same({ -math.huge, -math.huge }, D.LogNormal(0, 1):log_prob({ -1, 0 }):totable())
  end)
end)
