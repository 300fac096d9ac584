local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D, F = dg.distributions, dg.functions

distribution_case("Dirichlet", {
  names = { "alpha" },
  params = { { { 0.7, 2, 3 }, { 5, 1.5, 4 } } },
  other = { { 2, 3, 1.5 } },
  batch = { 2 },
  event = { 3 },
  x = { { { 0.2, 0.3, 0.5 }, { 0.1, 0.1, 0.8 } }, { { 0.6, 0.3, 0.1 }, { 0.3, 0.4, 0.3 } } },
  support = "[0, 1]",
  lacks = { "mode", "covariance", "cdf", "icdf" },
  gradients = { false },
})

describe("Dirichlet", function()
  it("is the beta distribution for two", function()
    local x = dg.tensor({ { 0.3, 0.7 }, { 0.9, 0.1 } }, "float64")
    local d = D.Dirichlet(dg.tensor({ 2, 3.5 }, "float64"))
    local beta = D.Beta(dg.tensor(2, "float64"), 3.5)
    close(d:log_prob(x), beta:log_prob(x[{ {}, 1 }]), 1e-12, 0)
    close(d.entropy, beta.entropy, 1e-12, 0)
  end)

  it("draws what adds up to 1, from small alphas too #long", function()
    dg.seed(1)
    local x = D.Dirichlet({ 1e-3, 1e-3, 2e-3 }):sample(4000)
    close(F.sum(x, -1), dg.ones(4000), 1e-5, 0)
    close(F.mean(x, 1), { 0.25, 0.25, 0.5 }, 5 * 0.5 / math.sqrt(4000), 0)
  end)

  it("is even where alpha is 1, at the edges too", function()
    close(D.Dirichlet({ 1, 1, 1 }):log_prob { { 1, 0, 0 }, { 0.2, 0.3, 0.5 } },
      { math.log(2), math.log(2) }, 1e-6, 0)
  end)

  it("has the sum of alpha", function()
    close(D.Dirichlet({ { 1, 2 }, { 3, 4 } }).alpha0, { 3, 7 })
  end)
end)
