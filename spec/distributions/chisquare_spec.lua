local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D = dg.distributions

distribution_case("Chisquare", {
  names = { "k" },
  params = { { { 1.5, 4 }, { 3, 7 } } },
  batch = { 2, 2 },
  x = { { { 0.1, 2 }, { 3, 0.2 } }, { { 1, 1 }, { 0.6, 0.4 } } },
  support = "positive",
  lacks = { "mode", "covariance", "cdf", "icdf" },
  gradients = { false },
})

describe("Chisquare", function()
  it("is a gamma distribution", function()
    local x = dg.tensor({ 0.3, 2, 9 }, "float64")
    local d, same = D.Chisquare(dg.tensor(5, "float64")), D.Gamma(dg.tensor(2.5, "float64"), 2)
    close(d:log_prob(x), same:log_prob(x), 1e-12, 0)
    close(d.entropy, same.entropy, 1e-12, 0)
  end)

  it("has limits at 0", function()
    close(D.Chisquare({ 1, 2, 3 }):log_prob(0), { math.huge, -math.log(2), -math.huge }, 1e-6, 0)
    assert.equal(-math.huge, D.Chisquare(3):log_prob(-1):item())
  end)
end)
