local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D = dg.distributions

distribution_case("OneHotCategorical", {
  names = { "p" },
  params = { { { 0.1, 0.2, 0.7 }, { 0.3, 0.3, 0.4 } } },
  other = { { 0.3, 0.5, 0.2 } },
  batch = { 2 },
  event = { 3 },
  x = { { { 1, 0, 0 }, { 0, 0, 1 } }, { { 0, 1, 0 }, { 0, 1, 0 } } },
  discrete = true,
  support = "one of k",
  lacks = { "mode", "covariance", "cdf", "icdf" },
  gradients = { false },
  values = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
})

describe("OneHotCategorical", function()
  it("may exclude choices", function()
    local d = D.OneHotCategorical { 0.5, 0.5, 0 }
    close(d:log_prob { { 1, 0, 0 }, { 0, 0, 1 } }, { -math.log(2), -math.huge }, 1e-6, 0)
    close(d.entropy, math.log(2), 1e-6, 0)
    close(dg.kl_divergence(d, D.OneHotCategorical { 0.25, 0.25, 0.5 }), math.log(2), 1e-6, 0)
  end)
end)
