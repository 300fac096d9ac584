local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D, F = dg.distributions, dg.functions

distribution_case("Cauchy", {
  names = { "loc", "scale" },
  params = { { 0.5, -1 }, { { 1 }, { 2 } } },
  batch = { 2, 2 },
  x = { { { 0.1, -2 }, { 3, 0 } }, { { -1, 1 }, { 0.6, 0.4 } } },
  properties = { "entropy" },
  support = "real",
  lacks = { "mode", "covariance" },
  moments = false,
  gradients = { true, true },
})

describe("Cauchy", function()
  it("has no mean and no variance", function()
    local d = D.Cauchy({ 0, 1 }, 2)
    for _, name in ipairs { "mean", "variance" } do
      assert.same({ 2 }, d[name].shape)
      assert.is_true(F.all(F.isnan(d[name])):item())
    end
  end)

  it("has the probability 1 in all", function()
    close(D.Cauchy(1, 2):cdf { -1e30, 1, 3, 1e30 }, { 0, 0.5, 0.75, 1 }, 1e-6, 0)
  end)
end)
