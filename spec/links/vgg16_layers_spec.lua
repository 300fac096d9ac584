local dg = require "dgraph"
local F, L = dg.functions, dg.links

local close = dg.gradient_check.assert_allclose

--- A class of the same network, but narrow.
local function small(class)
  local made = class:extend("Small")
  made.base, made.units, made.classes, made.insize = 2, 8, 5, 32
  return made
end

local Small = small(L.VGG16Layers)

local function shapes_of(link)
  local shapes = {}
  for name, param in link:namedparams() do shapes[name] = table.concat(param.shape, "x") end
  return shapes
end

describe("VGG16Layers", function()
  it("has the parameters that Chainer's files have", function()
    local wanted, channels = {}, 3
    for block, depth in ipairs { 2, 2, 3, 3, 3 } do
      for i = 1, depth do
        local wider = ({ 2, 4, 8, 16, 16 })[block]
        local name = ("/conv%d_%d"):format(block, i)
        wanted[name .. "/W"] = ("%dx%dx3x3"):format(wider, channels)
        wanted[name .. "/b"] = tostring(wider)
        channels = wider
      end
    end
    wanted["/fc6/W"], wanted["/fc6/b"] = "8x16", "8"
    wanted["/fc7/W"], wanted["/fc7/b"] = "8x8", "8"
    wanted["/fc8/W"], wanted["/fc8/b"] = "5x8", "5"
    assert.same(wanted, shapes_of(Small()))
  end)

  it("is made for images of 224 and 1000 classes", function()
    local made = L.VGG16Layers
    assert.same({ 64, 4096, 1000, 224 }, { made.base, made.units, made.classes, made.insize })
  end)

  it("names its layers, and gives those that are asked for", function()
    local model = Small()
    local names = "conv1_1 conv1_2 pool1 conv2_1 conv2_2 pool2 conv3_1 conv3_2 conv3_3 pool3 "
      .. "conv4_1 conv4_2 conv4_3 pool4 conv5_1 conv5_2 conv5_3 pool5 fc6 fc7 fc8 prob"
    assert.equal(names, table.concat(model.available_layers, " "))
    local list = model:functions()
    assert.equal(model.conv1_1, list[1][1])
    assert.same({ "conv1_1", F.relu, "prob", F.softmax },
      { list[1].name, list[1][2], list[#list].name, list[#list][1] })
    local x = dg.randn(2, 3, 32, 32)
    local got = model(x, { "pool1", "conv1_1", "fc7" })
    assert.same({ { 2, 2, 32, 32 }, { 2, 2, 16, 16 }, { 2, 8 } },
      { got.conv1_1.shape, got.pool1.shape, got.fc7.shape })
    assert.is_nil(got.prob)
    assert.same({ 2, 5 }, model(x).prob.shape)
    assert.same({}, model(x, {}))
    assert.error_matches(function() model(x, { "conv6" }) end,
      'Small: there is no layer "conv6" %(known: conv1_1, ')
  end)

  it("prepares images: blue, green and red, less their means", function()
    local rgb = dg.tensor({ { { 10 } }, { { 20 } }, { { 30 } } }, "uint8"):broadcast_to { 3, 4, 6 }
    local wanted = { 30 - 103.939, 20 - 116.779, 10 - 123.68 }
    for _, image in ipairs { rgb, rgb:transpose { 2, 3, 1 } } do
      for _, size in ipairs { false, { 4, 6 }, { 8, 5 } } do
        local x = L.VGG16Layers.prepare(image, size)
        assert.same({ 3, size and size[1] or 4, size and size[2] or 6 }, x.shape)
        assert.equal("float32", x.dtype)
        for channel = 1, 3 do
          close(x[channel], dg.full(x[channel].shape, wanted[channel]), 1e-4, 0)
        end
      end
    end
    local gray = dg.full({ 5, 7 }, 100)
    local x = L.VGG16Layers.prepare(gray)
    assert.same({ 3, 224, 224 }, x.shape)
    assert.near(100 - 116.779, x[2]:mean():item(), 1e-3)
    assert.error_matches(function() L.VGG16Layers.prepare(dg.zeros(4, 4, 4)) end,
      "prepare: wanted an image of height x width, perhaps with 1 or 3 channels, got 4x4x4")
    assert.error_matches(function() L.VGG16Layers.prepare("photo.png") end,
      "prepare: image must be a tensor, got \"photo.png\"")
  end)

  it("predicts from ten pieces of each image, or from its middle", function()
    local model = Small()
    model.fc8.b:copydata { 1, 2, 3, 4, 5 }
    local images = { dg.rand(40, 50, 3) * 255, dg.rand(3, 36, 36) * 255 }
    local x = F.stack { model.prepare(images[1], { 36, 36 }), model.prepare(images[2], false) }
    local middle = model:predict(images, false)
    local inside = x[{ {}, {}, { 3, 34 }, { 3, 34 } }]
    close(middle, dg.test_mode(model, inside).prob, 1e-6, 1e-6)
    local wanted = dg.zeros(2, 5)
    for _, flipped in ipairs { false, true } do
      for _, at in ipairs { { 1, 1 }, { 1, 5 }, { 5, 1 }, { 5, 5 }, { 3, 3 } } do
        local piece = x[{ {}, {}, { at[1], at[1] + 31 }, { at[2], at[2] + 31 } }]
        if flipped then piece = F.flip(piece, 4) end
        wanted = wanted + dg.test_mode(model, piece).prob * 0.1
      end
    end
    local y = model:predict(images)
    close(y, wanted, 1e-6, 1e-6)
    assert.is_false(y.requires_grad)
    close(y:sum(2), dg.ones(2), 1e-5, 0)
    assert.error_matches(function() model:predict(images[1]) end,
      "Small: images is a list of tensors, got a tensor")
  end)

  it("extracts fc7, or other layers, and can be learned with it", function()
    local model = Small()
    local image = dg.rand(20, 20) * 255
    local got = model:extract { image }
    assert.same({ 1, 8 }, got.fc7.shape)
    got = model:extract({ image, image }, { "pool5" }, { 64, 32 })
    assert.same({ 2, 16, 2, 1 }, got.pool5.shape)
    got.pool5:sum():backward()
    assert.same({ 2, 3, 3, 3 }, model.conv1_1.W.grad.shape)
  end)

  it("comes from a file", function()
    local path = os.tmpname()
    local model = Small()
    assert(dg.serializers.save_npz(path, model))
    local loaded = Small(path)
    os.remove(path)
    assert.same(model.fc6.W:totable(), loaded.fc6.W:totable())
    assert.same(model.conv5_3.W:totable(), loaded.conv5_3.W:totable())
    assert.error_matches(function() Small(path) end, "Small: .*" .. path:gsub("%p", "%%%0"))
    assert.error_matches(function() Small(true) end,
      "Small: pretrained_model is the path of an .npz file or nil, not true")
  end)

  it("starts with a deviation of 0.01", function()
    dg.seed(1)
    local W = Small().conv5_3.W
    assert.near(0.01, math.sqrt(F.mean(W * W):item()), 1e-3)
  end)
end)

describe("VGG19Layers", function()
  it("has three more convolutions", function()
    local model = small(L.VGG19Layers)()
    assert.equal(16, model.conv5_4.W.shape[1])
    assert.equal(16 + 5 + 4, #model.available_layers)
    assert.same({ 1, 5 }, model(dg.randn(1, 3, 32, 32)).prob.shape)
  end)
end)
