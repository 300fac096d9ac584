local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D, F = dg.distributions, dg.functions

local VALUES = {}
for i = 0, 100 do VALUES[i + 1] = i end

distribution_case("Poisson", {
  names = { "lam" },
  params = { { { 0.5, 12 }, { 9, 4 } } },
  other = { { 1.5, 6 } },
  batch = { 2, 2 },
  x = { { { 3, 1 }, { 0, 2 } }, { { 1, 0 }, { 4, 2 } } },
  properties = { "mean", "stddev" },
  discrete = true,
  support = "non negative integer",
  lacks = { "entropy", "mode", "covariance", "cdf", "icdf" },
  gradients = { false },
  values = VALUES,
})

describe("Poisson", function()
  it("has lam as mean and as variance", function()
    local d = D.Poisson { 0.5, 12 }
    assert.same({ { 0.5, 12 }, { 0.5, 12 } }, { d.mean:totable(), d.variance:totable() })
  end)

  it("draws each number as often as it should, by either way #long", function()
    for _, lam in ipairs { 9.9, 10, 40 } do
      dg.seed(4)
      local n, d = 20000, D.Poisson(dg.tensor(lam, "float64"))
      local x = d:sample(n)
      for k = math.floor(lam / 2), math.ceil(lam * 1.5) do
        local p = d:prob(k):item()
        local share = F.sum(F.cast(F.eq(x, k), "float64")):item() / n
        assert(math.abs(share - p) < 5 * math.sqrt(p / n), ("%g: %d"):format(lam, k))
      end
      assert.is_true(F.all(F.eq(x, F.floor(x))):item())
    end
  end)

  it("may have the mean 0", function()
    local d = D.Poisson(dg.tensor({ 0, 1e9 }, "float64"))
    close(d:log_prob { 0, 1e9 }, { 0, -11.2805711 }, 0, 1e-6)
    assert.equal(-math.huge, D.Poisson(0):log_prob(1):item())
    dg.seed(1)
    local x = D.Poisson(dg.tensor({ 0, 1e9 }, "float64")):sample():totable()
    assert.equal(0, x[1])
    assert.is_true(math.abs(x[2] - 1e9) < 5 * math.sqrt(1e9))
  end)

  it("draws nothing for a mean below 0", function()
    for _, lam in ipairs { -1, 0 / 0, math.huge } do
      assert.error_matches(function() D.Poisson({ 1, lam }):sample() end,
        "Poisson: sample: lam must be 0 or more and finite")
    end
  end)
end)
