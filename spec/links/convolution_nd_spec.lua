local dg = require "dgraph"
local F, L = dg.functions, dg.links

local function refuses(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(message:find(text, 1, true), message)
end

local KINDS = { Convolution1D = 1, Convolution2D = 2, Convolution3D = 3 }

local function ones(ndim, channels)
  local shape = { 2, channels }
  for axis = 1, ndim do shape[axis + 2] = 4 + axis end
  return dg.ones(shape)
end

for name, ndim in pairs(KINDS) do
  describe(name, function()
    it("is a ConvolutionND of " .. ndim .. " axes", function()
      local link = L[name](3, 5, 2, { initialW = dg.initializers.One(), pad = 1, stride = 2 })
      local other = L.ConvolutionND(ndim, 3, 5, 2, 2, 1, false, dg.initializers.One())
      local x = ones(ndim, 3)
      assert.same(link.W.shape, other.W.shape)
      assert.same(other(x):totable(), link(x):totable())
      assert.is_true(L.ConvolutionND.is(link, L.ConvolutionND))
    end)

    it("takes its number of inputs from the first input", function()
      local class = L[name]
      for _, link in ipairs { class(5, 2), class(nil, 5, 2), class(5, 2, { nobias = true }) } do
        assert.is_false(link.W.is_initialized)
        assert.equal(5, link(ones(ndim, 3)):dim(2))
        assert.same({ 5, 3, 2 }, { unpack(link.W.shape, 1, 3) })
        assert.equal(ndim + 2, link.W.ndim)
      end
    end)
  end)
end

describe("ConvolutionND", function()
  it("convolves with its filters and adds its biases", function()
    local link = L.Convolution2D(1, 1, 2, { initialW = { { { { 1, 2 }, { 3, 4 } } } },
      initial_bias = { 10 } })
    assert.same({ { { { 20 } } } }, link(dg.ones(1, 1, 2, 2)):totable())
  end)

  it("takes its options by position, in Chainer's order, or by name", function()
    local link = L.Convolution1D(2, 4, 3, 2, 1, true, 7, nil, true, 2, 2)
    assert.is_nil(link.b)
    assert.same({ 4, 1, 3 }, link.W.shape)
    assert.same({ 7, 2, 1, true, 2, 2 }, { link.W[{ 1, 1, 1 }]:item(), link.stride, link.pad,
      link.cover_all, link.dilate, link.groups })
    local named = L.Convolution1D(2, 4, 3, 2, { pad = 1, nobias = true, initialW = 7,
      cover_all = true, dilate = 2, groups = 2 })
    local x = dg.arange(18):reshape { 1, 2, 9 }
    assert.same(link(x):totable(), named(x):totable())
    assert.same({ 8, 8 }, L.Convolution1D(1, 2, 1, 1, 0, false, nil, 8).b:totable())
  end)

  it("has Chainer's defaults", function()
    local link = L.Convolution2D(3, 8, { 2, 3 })
    assert.same({ 1, 0, false, 1, 1 },
      { link.stride, link.pad, link.cover_all, link.dilate, link.groups })
    assert.same({ 8, 3, 2, 3 }, link.W.shape)
    assert.equal(0, F.absolute(link.b):sum():item())
  end)

  it("starts as LeCun said", function()
    dg.seed(3)
    local W = L.Convolution2D(40, 30, 5).W
    assert.near(1 / (40 * 25), F.mean(W * W):item(), 5e-5)
  end)

  it("has the names of Chainer in files", function()
    local names = {}
    for name in L.Convolution2D(1, 2, 3):namedparams() do names[#names + 1] = name end
    table.sort(names)
    assert.same({ "/W", "/b" }, names)
  end)

  it("is copied with all that it is", function()
    local link = L.Convolution2D(2, 4, 3, { stride = 2, pad = 1, groups = 2 })
    local x, copy = dg.randn(1, 2, 5, 5), link:copy "copy"
    assert.same(link(x):totable(), copy(x):totable())
    assert.is_false(copy.W == link.W)
    copy.W:fill(0)
    assert.is_true(F.absolute(link.W):sum():item() > 0)
  end)

  it("shows what it is", function()
    local text = tostring(L.Convolution2D(3, 8, 2))
    assert.truthy(text:find("in_channels=3, out_channels=8, ksize=(2, 2)", 1, true), text)
  end)

  it("learns to tell a line that rises from one that falls", function()
    dg.seed(1)
    local model = L.Classifier(dg.Sequential(L.Convolution2D(1, 4, 3), F.relu,
      function(x) return F.max_pooling_2d(x, 3) end, L.Linear(4, 2)))
    local images = dg.zeros(8, 1, 5, 5)
    for i = 1, 8 do
      for k = 1, 4 do images[{ i, 1, i % 2 == 1 and k or 5 - k, k + (i > 4 and 1 or 0) }] = 1 end
    end
    local labels = dg.tensor({ 1, 2, 1, 2, 1, 2, 1, 2 }, "int32")
    local optimizer = dg.optimizers.Adam(0.05):setup(model)
    for _ = 1, 60 do optimizer:update(model, images, labels) end
    assert.equal(1, model.accuracy:item())
  end)

  it("refuses what makes no sense", function()
    refuses("Convolution2D: out_channels is a positive integer, not 0", L.Convolution2D, 1, 0, 3)
    refuses("Convolution2D: in_channels is a positive integer, not 0", L.Convolution2D, 0, 1, 3)
    refuses("Convolution2D: ksize is a positive integer, not 0", L.Convolution2D, 1, 1, { 0, 1 })
    refuses("Convolution2D: ksize has 3 numbers, wanted 2", L.Convolution2D, 1, 1, { 1, 1, 1 })
    refuses("Convolution2D: ksize is missing", L.Convolution2D, 1)
    refuses("Convolution2D: 2 groups do not divide 3 output channels", L.Convolution2D, 2, 3, 1,
      { groups = 2 })
    refuses("Convolution2D: 2 groups do not divide 3 input channels", L.Convolution2D, 3, 4, 1,
      { groups = 2 })
    refuses("Convolution2D: unknown option strides", L.Convolution2D, 1, 1, 1, { strides = 2 })
    refuses("ConvolutionND: ndim is a number from 1 to 4, not 5", L.ConvolutionND, 5, 1, 1, 1)
    refuses("convolution: x has 2 channels, wanted 3", L.Convolution2D(3, 1, 1),
      dg.ones(1, 2, 1, 1))
  end)
end)
