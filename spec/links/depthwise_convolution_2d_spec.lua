local dg = require "dgraph"
local L = dg.links

describe("DepthwiseConvolution2D", function()
  it("convolves each channel by itself", function()
    local link = L.DepthwiseConvolution2D(2, 2, 1, 1, 0, false,
      dg.tensor({ 1, 2, 3, 4 }):reshape { 2, 2, 1, 1 }, { 10, 20, 30, 40 })
    assert.same({ { { { 11 } }, { { 23 } }, { { 32 } }, { { 44 } } } },
      link(dg.ones(1, 2, 1, 1)):totable())
  end)

  it("takes its number of inputs from the first input", function()
    for _, link in ipairs { L.DepthwiseConvolution2D(nil, 3, 2), L.DepthwiseConvolution2D(3, 2) } do
      assert.is_false(link.W.is_initialized)
      assert.is_false(link.b.is_initialized)
      assert.same({ 1, 12, 4, 4 }, link(dg.ones(1, 4, 5, 5)).shape)
      assert.same({ 3, 4, 2, 2 }, link.W.shape)
      assert.same({ 12 }, link.b.shape)
    end
  end)

  it("takes its options by name, and has Chainer's defaults", function()
    local link = L.DepthwiseConvolution2D(2, 3, { 2, 1 }, { stride = 2, pad = 1, nobias = true })
    assert.is_nil(link.b)
    assert.same({ 1, 6, 3, 3 }, link(dg.ones(1, 2, 4, 4)).shape)
    local usual = L.DepthwiseConvolution2D(2, 3, 2)
    assert.same({ 1, 0 }, { usual.stride, usual.pad })
    assert.same({ 0, 0, 0, 0, 0, 0 }, usual.b:totable())
    assert.truthy(tostring(usual):find("channel_multiplier=3", 1, true))
  end)
end)
