local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D = dg.distributions

distribution_case("Uniform", {
  names = { "low", "high" },
  params = { { 0.5, -1 }, { { 1 }, { 2 } } },
  other = { { 0, -2 }, 2.5 },
  batch = { 2, 2 },
  x = { { { 0.6, 0.3 }, { 0.7, 0 } }, { { 0.8, 0.9 }, { 0.6, 0.4 } } },
  support = "[low, high]",
  lacks = { "mode", "covariance" },
  integrate = { -4, 4 },
})

distribution_case("Uniform", {
  make = function(loc, scale) return D.Uniform { loc = loc, scale = scale } end,
  names = { "loc", "scale" },
  params = { { 0.5, -1 }, { { 1 }, { 2 } } },
  other = { { 0, -2 }, 7 },
  batch = { 2, 2 },
  x = { { { 0.6, -0.3 }, { 0.7, 0 } }, { { 0.8, -0.9 }, { 0.6, 0.4 } } },
  support = "[low, high]",
})

describe("Uniform", function()
  it("has its bounds in both forms", function()
    for _, d in ipairs { D.Uniform(1, 3), D.Uniform { loc = 1, scale = 2 } } do
      assert.same({ 1, 3, 1, 2 }, { d.low:item(), d.high:item(), d.loc:item(), d.scale:item() })
    end
  end)

  it("includes its bounds and has nothing beyond", function()
    local d = D.Uniform(1, 3)
    local none, half = -math.huge, -math.log(2)
    close(d:log_prob { 0.9, 1, 3, 3.1 }, { none, half, half, none }, 1e-6, 0)
    close(d:prob { 0.9, 1 }, { 0, 0.5 }, 1e-6, 0)
    close(d:cdf { 0, 2, 4 }, { 0, 0.5, 1 }, 1e-6, 0)
    close(d:survival_function { 0, 2, 4 }, { 1, 0.5, 0 }, 1e-6, 0)
    close(d:log_cdf { 0, 2 }, { none, half }, 1e-6, 0)
    close(d:log_survival_function { 4, 2 }, { none, half }, 1e-6, 0)
  end)

  it("diverges without bound from what does not reach as far", function()
    local p = D.Uniform({ 0, 0, 0 }, 1)
    local q = D.Uniform({ 0.1, -1, 0 }, { 2, 0.9, 1 })
    close(dg.kl_divergence(p, q), { math.huge, math.huge, 0 })
  end)

  it("wants one of two forms", function()
    local wrong = { { low = 0 }, { low = 0, scale = 1 }, { low = 0, high = 1, loc = 0 } }
    for _, given in ipairs(wrong) do
      assert.error_matches(function() D.Uniform(given) end,
        "Uniform: wanted low, high or loc, scale; got low")
    end
  end)
end)
