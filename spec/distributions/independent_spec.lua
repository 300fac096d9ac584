local dg = require "dgraph"
local distribution_case = require "spec.support.distribution_case"
local close = require("dgraph.gradient_check").assert_allclose

local D, F = dg.distributions, dg.functions

distribution_case("Independent", {
  make = function(loc, scale) return D.Independent(D.Normal(loc, scale), 1) end,
  names = { "loc", "scale" },
  params = { { { 0.7, 2, 3 }, { 5, 1.5, 4 } }, { 1, 2, 0.5 } },
  other = { { 2, 3, 1 }, { { 1 }, { 2 } } },
  batch = { 2 },
  event = { 3 },
  x = { { { 0.2, 0.3, 1 }, { 0.1, 0.8, 2 } }, { { 0.6, 0.1, 3 }, { 0.3, 0.4, 4 } } },
  support = "real",
})

describe("Independent", function()
  local inner = D.Normal({ { 0, 1, 2 }, { 3, 4, 5 } }, { 1, 2, 3 })

  it("takes all batch axes but the first, or as many as are told", function()
    local d = D.Independent(inner)
    assert.same({ 1, { 2 }, { 3 } }, { d.reinterpreted_batch_ndims, d.batch_shape, d.event_shape })
    d = D.Independent(inner, 2)
    assert.same({ {}, { 2, 3 } }, { d.batch_shape, d.event_shape })
    d = D.Independent(inner, 0)
    assert.same({ { 2, 3 }, {} }, { d.batch_shape, d.event_shape })
    assert.same({ 2, 3 }, d:log_prob(0).shape)
    assert.same({ {}, {} }, { D.Independent(D.Normal(0, 1)).batch_shape,
      D.Independent(D.Normal(0, 1)).event_shape })
  end)

  it("multiplies probabilities", function()
    local d = D.Independent(inner, 1)
    local x = dg.tensor { { 0, 1, 2 }, { 3, 4, 6 } }
    for _, name in ipairs { "prob", "cdf", "survival_function", "perplexity" } do
      close(d[name](d, x), F.prod(inner[name](inner, x), 2), 1e-6, 1e-6, name)
    end
    for _, name in ipairs { "log_prob", "log_cdf", "log_survival_function" } do
      close(d[name](d, x), F.sum(inner[name](inner, x), 2), 1e-6, 1e-6, name)
    end
    close(d.entropy, F.sum(inner.entropy, 2), 1e-6, 0)
  end)

  it("has its variances, or blocks, as covariance", function()
    local d = D.Independent(D.Normal({ { 0, 1 }, { 2, 3 } }, { { 1, 2 }, { 3, 4 } }), 1)
    close(d.covariance, { { { 1, 0 }, { 0, 4 } }, { { 9, 0 }, { 0, 16 } } }, 1e-6, 0)
    local vectors = D.MultivariateNormal({ { 1, 2 }, { 3, 4 } }, {
      scale_tril = { { { 1, 0 }, { 2, 1 } }, { { 3, 0 }, { 0, 1 } } },
    })
    close(D.Independent(vectors, 1).covariance,
      { { 1, 2, 0, 0 }, { 2, 5, 0, 0 }, { 0, 0, 9, 0 }, { 0, 0, 0, 1 } }, 1e-6, 0)
  end)

  it("lacks what its distribution lacks", function()
    local d = D.Independent(D.Gamma({ 1, 2 }, 1), 1)
    assert.error_matches(function() return d.mode end, "Gamma has no mode")
    assert.error_matches(function() d:cdf { 1, 1 } end, "Gamma has no cdf")
    assert.error_matches(function() D.Independent(inner):icdf(0.5) end, "has no inverse")
    close(D.Independent(D.Laplace({ 1, 2 }, 1), 1).mode, { 1, 2 })
  end)

  it("refuses what it cannot take", function()
    assert.error_matches(function() D.Independent(3) end, "wanted a distribution, got 3")
    assert.error_matches(function() D.Independent(inner, 3) end,
      "reinterpreted_batch_ndims is 3, the batch has 2 axes")
    assert.error_matches(function() D.Independent(inner, -1) end, "is %-1")
    assert.error_matches(function() D.Independent(inner, 0.5) end, "must be an integer")
    assert.error_matches(function()
      dg.kl_divergence(D.Independent(inner, 1), D.Independent(inner, 2))
    end, "events of %(3%) and %(2, 3%), 1 and 2 of their axes from the batch")
  end)
end)
