local dg = require "dgraph"
local F, L = dg.F, dg.links

describe("DeformableConvolution2D", function()
  local x = dg.randn(2, 3, 5, 6)

  it("convolves as Convolution2D where the offsets are 0", function()
    local W, b = dg.randn(2, 3, 3, 2), dg.randn(2)
    local link = L.DeformableConvolution2D(3, 2, { 3, 2 }, { 2, 1 }, 1, false, 0, 0, false, W, b)
    dg.gradient_check.assert_allclose(link(x), F.convolution_2d(x, W, b, { 2, 1 }, 1), 1e-5, 1e-5)
  end)

  it("looks where the other convolution says", function()
    local link = L.DeformableConvolution2D(1, 1, 1, { offset_initialW = 0, deform_initialW = 1,
      offset_initial_bias = dg.tensor { 1, 0.5 } })
    local y = link(dg.arange(6):reshape { 1, 1, 2, 3 })
    assert.same({ { { { 2.5, 3.5, 0 }, { 2, 2.5, 0 } } } }, y:totable())
  end)

  it("takes its number of inputs from the first input", function()
    local links = { L.DeformableConvolution2D(nil, 4, 2), L.DeformableConvolution2D(4, 2) }
    for _, link in ipairs(links) do
      assert.is_false(link.offset_conv.W.is_initialized)
      assert.is_false(link.deform_conv.W.is_initialized)
      assert.same({ 2, 4, 4, 5 }, link(x).shape)
      assert.same({ 4, 3, 2, 2 }, link.deform_conv.W.shape)
      assert.same({ 8, 3, 2, 2 }, link.offset_conv.W.shape)
    end
  end)

  it("takes its options by name, and has Chainer's defaults", function()
    local link = L.DeformableConvolution2D(3, 4, 3, { stride = 2, pad = 1, offset_nobias = true,
      deform_nobias = true })
    assert.is_nil(link.offset_conv.b)
    assert.is_nil(link.deform_conv.b)
    assert.same({ 2, 4, 3, 3 }, link(x).shape)
    local usual = L.DeformableConvolution2D(3, 1, 1)
    for _, part in ipairs { usual.offset_conv, usual.deform_conv } do
      assert.same({ 1, 0 }, { part.stride, part.pad })
      assert.equal(0, part.b:sum():item())
    end
    assert.same({ 0, 0, 0 }, usual.deform_conv.W:flatten():totable())
    assert.is_true(usual.offset_conv.W:abs():min():item() > 0)
    assert.truthy(tostring(usual.deform_conv):find("in_channels=3, out_channels=1", 1, true))
  end)

  it("learns to look one element further", function()
    dg.seed(3)
    local link = L.DeformableConvolution2D(1, 1, 1, { deform_initialW = 1 })
    local optimizer = dg.optimizers.Adam(0.03):setup(link)
    local first, loss
    for _ = 1, 150 do
      local slopes = F.cumsum(dg.rand(4, 1, 4, 6), 4)
      local further = slopes[{ {}, {}, {}, { 2, 6 } }]
      loss = F.mean_squared_error(link(slopes)[{ {}, {}, {}, { 1, 5 } }], further)
      first = first or loss:item()
      link:cleargrads()
      loss:backward()
      optimizer:update()
    end
    assert.is_true(loss:item() < first / 4, ("%g became %g"):format(first, loss:item()))
  end)
end)
