local dg = require "dgraph"
local L = dg.links

local function ones(ndim, channels)
  local shape = { 2, channels }
  for axis = 1, ndim do shape[axis + 2] = 2 + axis end
  return dg.ones(shape)
end

for name, ndim in pairs { Deconvolution1D = 1, Deconvolution2D = 2, Deconvolution3D = 3 } do
  describe(name, function()
    it("is a DeconvolutionND of " .. ndim .. " axes", function()
      local link = L[name](3, 5, 2, { initialW = dg.initializers.One(), stride = 2 })
      local other = L.DeconvolutionND(ndim, 3, 5, 2, 2, 0, false, nil, dg.initializers.One())
      local x = ones(ndim, 3)
      assert.same(other.W.shape, link.W.shape)
      assert.same(other(x):totable(), link(x):totable())
      assert.equal(6, link(x):dim(3))
    end)

    it("takes its number of inputs from the first input", function()
      for _, link in ipairs { L[name](5, 2), L[name](nil, 5, 2) } do
        assert.is_false(link.W.is_initialized)
        assert.equal(5, link(ones(ndim, 3)):dim(2))
        assert.equal(3, link.W:dim(1))
        assert.equal(5, link.W:dim(2))
      end
    end)
  end)
end

describe("DeconvolutionND", function()
  it("takes its options by position, in Chainer's order, or by name", function()
    local link = L.Deconvolution2D(2, 4, 3, 2, 1, true, { 4, 6 }, 7, nil, 1, 2)
    assert.is_nil(link.b)
    assert.same({ 2, 2, 3, 3 }, link.W.shape)
    local named = L.Deconvolution2D(2, 4, 3, { stride = 2, pad = 1, nobias = true,
      outsize = { 4, 6 }, initialW = 7, groups = 2 })
    local x = dg.arange(12):reshape { 1, 2, 2, 3 }
    assert.same({ 1, 4, 4, 6 }, link(x).shape)
    assert.same(link(x):totable(), named(x):totable())
    assert.same({ 8 }, L.Deconvolution2D(1, 1, 1, 1, 0, false, nil, nil, 8).b:totable())
  end)

  it("has Chainer's defaults", function()
    local link = L.Deconvolution2D(3, 8, { 2, 3 })
    assert.same({ 1, 0, 1, 1 }, { link.stride, link.pad, link.dilate, link.groups })
    assert.is_nil(link.outsize)
    assert.equal(0, dg.F.absolute(link.b):sum():item())
    dg.seed(3)
    local W = L.Deconvolution2D(30, 40, 5).W
    assert.near(1 / (40 * 25), dg.F.mean(W * W):item(), 5e-5)
  end)

  it("enlarges images with UpsamplingDeconvFilter", function()
    local link = L.Deconvolution2D(1, 1, 4, 2, 1, true,
      { initialW = dg.initializers.UpsamplingDeconvFilter() })
    local y = link(dg.ones(1, 1, 3, 3))
    assert.same({ 1, 1, 6, 6 }, y.shape)
    assert.equal(1, y[{ 1, 1, 3, 3 }]:item())
  end)

  it("refuses groups that do not divide", function()
    assert.error_matches(function() L.Deconvolution2D(2, 3, 1, { groups = 2 }) end,
      "2 groups do not divide 3 output channels")
    assert.error_matches(function() L.Deconvolution2D(3, 2, 1, { groups = 2 }) end,
      "2 groups do not divide 3 input channels")
  end)
end)
