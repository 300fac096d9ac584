local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D = dg.distributions

distribution_case("Exponential", {
  names = { "lam" },
  params = { { { 0.5, 2 }, { 1, 3 } } },
  other = { { 1, 1.5 } },
  batch = { 2, 2 },
  x = { { { 0.1, 2 }, { 3, 0.2 } }, { { 1, 1 }, { 0.6, 0.4 } } },
  support = "positive",
  lacks = { "mode", "covariance" },
  integrate = { 0, 60 },
})

describe("Exponential", function()
  it("has nothing below 0", function()
    local d = D.Exponential(2)
    close(d:log_prob { -1, 0 }, { -math.huge, math.log(2) }, 1e-6, 0)
    close(d:cdf { -1, 0 }, { 0, 0 }, 0, 0)
    close(d:survival_function { -1, 0 }, { 1, 1 }, 0, 0)
    close(d:log_survival_function { -1, 100 }, { 0, -200 }, 0, 0)
  end)
end)
