local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D, F = dg.distributions, dg.functions

distribution_case("Gamma", {
  names = { "k", "theta" },
  params = { { 1.5, 4 }, { { 1 }, { 2 } } },
  other = { { 2, 3 }, 1.5 },
  batch = { 2, 2 },
  x = { { { 0.1, 2 }, { 3, 0.2 } }, { { 1, 1 }, { 0.6, 0.4 } } },
  support = "positive",
  lacks = { "mode", "covariance", "cdf", "icdf" },
  gradients = { false, true },
  integrate = { 0, 100 },
})

describe("Gamma", function()
  it("draws small and large shapes #long", function()
    local k = dg.tensor({ 0.05, 0.5, 1, 30, 1e4 }, "float64")
    dg.seed(1)
    local x = D.Gamma(k, 1):sample(4000)
    local error_ = F.absolute(F.mean(x, 1) - k) / F.sqrt(k / 4000)
    assert.is_true(F.all(F.lt(error_, 5)):item())
    -- E[log x] tells whether the smallest ones are right, too.
    local log_mean = F.mean(F.log(x), 1)
    local spread = F.sqrt(F.polygamma(1, k) / 4000)
    assert.is_true(F.all(F.lt(F.absolute(log_mean - F.digamma(k)) / spread, 5)):item())
  end)

  it("draws as many below a bound as there should be #long", function()
    dg.seed(3)
    local n = 20000
    local x = D.Gamma({ 0.5, 1, 2 }, dg.tensor(1, "float64")):sample(n)
    for _, bound in ipairs { 0.02, 0.1, 0.5, 1, 3 } do
      local below = dg.tensor({ F.erf(dg.tensor(math.sqrt(bound), "float64")):item(),
        1 - math.exp(-bound), 1 - (1 + bound) * math.exp(-bound) }, "float64")
      local shares = F.mean(F.cast(F.lt(x, bound), "float64"), 1)
      local allowed = 5 * F.sqrt(below * (1 - below) / n)
      assert.is_true(F.all(F.lt(F.absolute(shares - below), allowed)):item(), bound)
    end
  end)

  it("draws more than a chunk as well as less #long", function()
    dg.seed(2)
    local x = D.Gamma(2, dg.tensor(1, "float64")):sample(20000)
    local late = x[{ { 16385, -1 } }]
    assert.is_true(math.abs(F.mean(late):item() - 2) < 5 * math.sqrt(2 / late.size))
  end)

  it("has limits at 0", function()
    local d = D.Gamma({ 0.5, 1, 2 }, 1)
    close(d:log_prob(0), { math.huge, 0, -math.huge }, 1e-6, 0)
    assert.same({ -math.huge, -math.huge, -math.huge }, d:log_prob(-1):totable())
  end)

  it("has the gradient to k where k is 1", function()
    local k = dg.Variable { 1 }
    D.Gamma(k, 1):log_prob({ 2 }):backward()
    close(k.grad, { math.log(2) + 0.5772157 }, 1e-6, 0)
  end)

  it("draws nothing for a shape that is not above 0", function()
    for _, k in ipairs { 0, -1, 0 / 0, math.huge } do
      assert.error_matches(function() D.Gamma({ 1, k }, 1):sample() end,
        "Gamma: sample: k must be above 0 and finite")
    end
  end)
end)
