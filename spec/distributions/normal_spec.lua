local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D = dg.distributions

distribution_case("Normal", {
  names = { "loc", "scale" },
  params = { { 0.5, -1 }, { { 1 }, { 2 } } },
  other = { { 0, 1 }, 1.5 },
  batch = { 2, 2 },
  x = { { { 0.1, -2 }, { 3, 0 } }, { { -1, 1 }, { 0.5, 0.4 } } },
  support = "real",
  lacks = { "mode", "covariance" },
  integrate = { -20, 20 },
})

distribution_case("Normal", {
  make = function(loc, log_scale) return D.Normal(loc, { log_scale = log_scale }) end,
  names = { "loc", "log_scale" },
  params = { { 0.5, -1 }, { 0.2, -0.7 } },
  other = { 0, { 0.4, 0.1 } },
  batch = { 2 },
  x = { { 0.1, -2 }, { 3, 0 } },
  support = "real",
})

describe("Normal", function()
  it("keeps log_scale as it is", function()
    local d = D.Normal { loc = 0, log_scale = { -200, 200 } }
    assert.same({ -200, 200 }, d.log_scale:totable())
    close(d.entropy, { -200 + 1.4189385, 200 + 1.4189385 }, 1e-4, 0)
  end)

  it("reaches far into its tails", function()
    local d = D.Normal(0, dg.tensor(1, "float64"))
    close(d:log_cdf(-40), -804.608442, 0, 1e-8)
    close(d:log_survival_function(40), -804.608442, 0, 1e-8)
    close(d:survival_function(10), 7.61985302416e-24, 0, 1e-8)
  end)

  it("refuses both scale and log_scale", function()
    assert.error_matches(function() D.Normal(0, 1, 0) end,
      "Normal: wanted loc, scale or loc, log_scale; got loc, scale, log_scale")
    assert.error_matches(function() D.Normal(0) end, "got loc$")
  end)
end)
