local dg = require "dgraph"
local F, L = dg.functions, dg.links

local close = dg.gradient_check.assert_allclose

describe("LayerNormalization", function()
  local x = dg.tensor { { 1, 2, 3 }, { 4, 6, 10 } }

  it("normalizes each row, with 1e-6 for eps", function()
    local link = L.LayerNormalization(3)
    assert.equal(1e-6, link.eps)
    close(link(x), F.layer_normalization(x, dg.ones(3), dg.zeros(3), 1e-6), 0, 0)
  end)

  it("takes its arguments in Chainer's order, or by name", function()
    local link = L.LayerNormalization(3, 1e-3, 2, { 1, 2, 3 })
    assert.same({ 1e-3, { 2, 2, 2 }, { 1, 2, 3 } },
      { link.eps, link.gamma:totable(), link.beta:totable() })
    link = L.LayerNormalization(3, { initial_beta = 5 })
    assert.same({ { 1, 1, 1 }, { 5, 5, 5 } }, { link.gamma:totable(), link.beta:totable() })
    assert.error_matches(function() L.LayerNormalization(1.5) end,
      "size is a positive integer, not 1.5")
  end)

  it("takes its size from the last axis of the first input", function()
    for _, link in ipairs { L.LayerNormalization(), L.LayerNormalization { eps = 1 } } do
      assert.is_false(link.gamma.is_initialized)
      assert.same({ 2, 5, 4 }, link(dg.randn(2, 5, 4)).shape)
      assert.same({ { 4 }, { 4 } }, { link.gamma.shape, link.beta.shape })
    end
  end)

  it("learns", function()
    local link = L.LayerNormalization(3)
    link(x):sum():backward()
    assert.same({ 2, 2, 2 }, link.beta.grad:totable())
    close(link.gamma.grad, link(x):sum(1), 1e-6, 0)
  end)

  it("has the names that Chainer gives", function()
    local names = {}
    for name in L.LayerNormalization(3):namedparams() do names[#names + 1] = name end
    assert.same({ "/gamma", "/beta" }, names)
    assert.equal("LayerNormalization(size=3, eps=1e-06)", tostring(L.LayerNormalization(3)))
  end)
end)

describe("RMSNorm", function()
  it("divides by the root of the mean square", function()
    local x = dg.tensor { { 3, 4 }, { 6, 8 } }
    local link = L.RMSNorm(2, 0)
    link.weight:copydata { 1, 10 }
    local s = math.sqrt(12.5)
    close(link(x), dg.tensor { { 3 / s, 40 / s }, { 3 / s, 40 / s } }, 1e-6, 0)
  end)

  it("has a weight of ones, unless it is told not to", function()
    local x = dg.randn(2, 3, 4)
    local link = L.RMSNorm { 3, 4 }
    assert.same({ 3, 4 }, link.weight.shape)
    assert.is_nil(link.eps)
    close(link(x), F.rms_norm(x, { 3, 4 }), 0, 0)
    link = L.RMSNorm(4, { elementwise_affine = false, eps = 1e-3 })
    assert.is_nil(link.weight)
    close(link(x), F.rms_norm(x, 4, nil, 1e-3), 0, 0)
    assert.error_matches(function() L.RMSNorm() end,
      "normalized_shape is a positive integer, not nil")
  end)
end)
