local dg = require "dgraph"
local F, L = dg.functions, dg.links

local close = dg.gradient_check.assert_allclose

--- A class of the same network, but narrow.
local function small(class)
  local made = class:extend("Small")
  made.base, made.classes, made.insize = 2, 5, 32
  return made
end

local Small = small(L.ResNet50Layers)

--- What a file of the network has, by Chainer's names; sizes for a base of 2.
local function wanted_arrays()
  local arrays = {
    ["conv1/W"] = "2x3x7x7", ["conv1/b"] = "2", ["fc6/W"] = "5x64", ["fc6/b"] = "5",
  }
  local function bn(name, size)
    for _, each in ipairs { "gamma", "beta", "avg_mean", "avg_var" } do
      arrays[name .. "/" .. each] = tostring(size)
    end
    arrays[name .. "/N"] = ""
  end
  local function conv(name, into, out, ksize)
    arrays[name .. "/W"] = ("%dx%dx%dx%d"):format(out, into, ksize, ksize)
  end
  bn("bn1", 2)
  local into = 2
  for block, depth in ipairs { 3, 4, 6, 3 } do
    local mid = 2 ^ block
    for i = 1, depth do
      local name = ("res%d/%s/"):format(block + 1, i == 1 and "a" or "b" .. i - 1)
      conv(name .. "conv1", into, mid, 1)
      conv(name .. "conv2", mid, mid, 3)
      conv(name .. "conv3", mid, 4 * mid, 1)
      bn(name .. "bn1", mid)
      bn(name .. "bn2", mid)
      bn(name .. "bn3", 4 * mid)
      if i == 1 then
        conv(name .. "conv4", into, 4 * mid, 1)
        bn(name .. "bn4", 4 * mid)
      end
      into = 4 * mid
    end
  end
  return arrays
end

describe("ResNet50Layers", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  it("has the arrays that Chainer's files have, and comes from a file", function()
    local model = Small()
    model(dg.randn(2, 3, 32, 32))
    assert(dg.serializers.save_npz(path, model))
    local found = {}
    for key, array in pairs(dg.serializers.load(path)) do
      found[key] = table.concat(array.shape, "x")
    end
    assert.same(wanted_arrays(), found)
    local loaded = Small(path)
    local x = dg.randn(1, 3, 32, 32)
    close(dg.test_mode(loaded, x).prob, dg.test_mode(model, x).prob, 0, 0)
  end)

  it("has 25,557,096 numbers that learn #slow", function()
    assert.equal(25557096, (L.ResNet50Layers():count_params()))
  end)

  it("names its layers, each with its size", function()
    local model = Small()
    assert.equal("conv1 pool1 res2 res3 res4 res5 pool5 fc6 prob",
      table.concat(model.available_layers, " "))
    local got = model(dg.randn(2, 3, 64, 64), model.available_layers)
    local shapes = {}
    for name, y in pairs(got) do shapes[name] = table.concat(y.shape, "x") end
    assert.same({
      conv1 = "2x2x32x32", pool1 = "2x2x16x16", res2 = "2x8x16x16", res3 = "2x16x8x8",
      res4 = "2x32x4x4", res5 = "2x64x2x2", pool5 = "2x64", fc6 = "2x5", prob = "2x5",
    }, shapes)
    close(got.pool5, F.mean(got.res5, { 3, 4 }), 1e-6, 0)
    assert.same({ model.conv1, model.bn1, F.relu },
      { unpack(model:functions()[1]) })
  end)

  it("computes its bottlenecks around their input", function()
    local block = Small().res3
    local x = dg.randn(2, 8, 6, 6)
    local a, b = block.a, block.b1
    local function narrow(part)
      return part.bn3(part.conv3(F.relu(part.bn2(part.conv2(
        F.relu(part.bn1(part.conv1(x))))))))
    end
    local y = F.relu(narrow(a) + a.bn4(a.conv4(x)))
    close(a(x), y, 1e-5, 0)
    x = y
    close(b(x), F.relu(narrow(b) + x), 1e-5, 0)
  end)

  it("has its strides in the first convolution, or in the second", function()
    local function strides(...)
      local a = Small(nil, ...).res4.a
      return { a.conv1.stride, a.conv2.stride, a.conv4.stride }
    end
    assert.same({ 2, 1, 2 }, strides())
    assert.same({ 1, 2, 2 }, strides(true))
    assert.equal(1, Small().res2.a.conv4.stride)
  end)

  it("prepares, extracts and predicts", function()
    local model = Small()
    local rgb = dg.tensor { { { 10 } }, { { 20 } }, { { 30 } } }
    close(model.prepare(rgb, false):reshape { 3 },
      dg.tensor { 30 - 103.063, 20 - 115.903, 10 - 123.152 }, 1e-4, 0)
    local images = { dg.rand(3, 30, 40) * 255, dg.rand(50, 20) * 255 }
    assert.same({ 2, 64 }, model:extract(images).pool5.shape)
    close(model:predict(images):sum(2), dg.ones(2), 1e-5, 0)
    assert.same({ 2, 5 }, model:predict(images, false).shape)
  end)
end)

for name, wanted in pairs {
  ResNet101Layers = { 3, 4, 23, 3 }, ResNet152Layers = { 3, 8, 36, 3 },
} do
  describe(name, function()
    it("has more bottlenecks", function()
      local model = small(L[name])()
      assert.same(wanted,
        { model.res2.count, model.res3.count, model.res4.count, model.res5.count })
    end)
  end)
end
