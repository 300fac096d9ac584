local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D = dg.distributions

local VALUES = {}
for i = 1, 400 do VALUES[i] = i end

distribution_case("Geometric", {
  names = { "p" },
  params = { { { 0.5, 0.2 }, { 0.9, 0.4 } } },
  other = { { 0.3, 0.6 } },
  batch = { 2, 2 },
  x = { { { 3, 1 }, { 1, 2 } }, { { 1, 1 }, { 4, 2 } } },
  discrete = true,
  support = "positive integer",
  lacks = { "mode", "covariance", "cdf", "icdf" },
  gradients = { false },
  values = VALUES,
})

describe("Geometric", function()
  it("succeeds at once with certainty", function()
    local d = D.Geometric(1)
    close(d:log_prob { 1, 2 }, { 0, -math.huge })
    assert.same({ 1, 1, 1 }, d:sample(3):totable())
    assert.equal(0, d.entropy:item())
  end)
end)
