local dg = require "dgraph"
local F, L = dg.functions, dg.links

local close = dg.gradient_check.assert_allclose

--- The same network, but narrow and for small images.
local Small = L.GoogLeNet:extend("Small")
Small.base, Small.classes, Small.insize = 8, 5, 32

--- The modules' channels as the paper's table 1 has them, after a base of 64.
local MODULES = {
  ["3a"] = { 192, 64, 96, 128, 16, 32, 32 }, ["3b"] = { 256, 128, 128, 192, 32, 96, 64 },
  ["4a"] = { 480, 192, 96, 208, 16, 48, 64 }, ["4b"] = { 512, 160, 112, 224, 24, 64, 64 },
  ["4c"] = { 512, 128, 128, 256, 24, 64, 64 }, ["4d"] = { 512, 112, 144, 288, 32, 64, 64 },
  ["4e"] = { 528, 256, 160, 320, 32, 128, 128 }, ["5a"] = { 832, 256, 160, 320, 32, 128, 128 },
  ["5b"] = { 832, 384, 192, 384, 48, 128, 128 },
}

--- What a file of the network has, by Chainer's names; an eighth of the channels, five classes, and
--- ways aside from images of 2 x 2, which become 1 x 1.
local function wanted_arrays()
  local arrays = {}
  local function layer(name, out, ...)
    arrays[name .. "/W"], arrays[name .. "/b"] = table.concat({ out, ... }, "x"), tostring(out)
  end
  layer("conv1", 8, 3, 7, 7)
  layer("conv2_reduce", 8, 8, 1, 1)
  layer("conv2", 24, 8, 3, 3)
  for name, row in pairs(MODULES) do
    local n = {}
    for i, size in ipairs(row) do n[i] = size / 8 end
    local place = "inc" .. name .. "/"
    layer(place .. "conv1", n[2], n[1], 1, 1)
    layer(place .. "proj3", n[3], n[1], 1, 1)
    layer(place .. "conv3", n[4], n[3], 3, 3)
    layer(place .. "proj5", n[5], n[1], 1, 1)
    layer(place .. "conv5", n[6], n[5], 5, 5)
    layer(place .. "projp", n[7], n[1], 1, 1)
  end
  layer("loss3_fc", 5, 128)
  for name, into in pairs { loss1 = 64, loss2 = 66 } do
    layer(name .. "_conv", 16, into, 1, 1)
    layer(name .. "_fc1", 128, 16)
    layer(name .. "_fc2", 5, 128)
  end
  return arrays
end

describe("GoogLeNet", function()
  before_each(function() dg.seed(1) end)

  it("has the arrays that Chainer's files have, and comes from a file", function()
    local model, path = Small(), os.tmpname()
    assert(dg.serializers.save_npz(path, model))
    local found = {}
    for key, array in pairs(dg.serializers.load(path)) do
      found[key] = table.concat(array.shape, "x")
    end
    assert.same(wanted_arrays(), found)
    local loaded = Small(path)
    os.remove(path)
    local x = dg.randn(1, 3, 32, 32)
    close(dg.test_mode(loaded, x).prob, dg.test_mode(model, x).prob, 0, 0)
    assert.error_matches(function() Small(path) end, "^Small: ")
  end)

  it("has ways aside for images of any size", function()
    local Odd = Small:extend("Odd")
    Odd.insize = 127 -- 7.9 sixteenths, which become 8
    local model = Odd()
    local y = dg.no_backprop_mode(model, dg.zeros(1, 3, 127, 127), { "loss1_fc2" }).loss1_fc2
    assert.same({ 1, 5 }, y.shape)
  end)

  it("has 13,378,280 numbers that learn, and Chainer's shapes #slow", function()
    local model = L.GoogLeNet()
    assert.same({ 64, 1000, 224 }, { model.base, model.classes, model.insize })
    assert.equal(13378280, (model:count_params()))
    local layers = { "inception_4a", "pool5", "prob", "loss1_fc2", "loss2_fc2" }
    local y = dg.test_mode(dg.no_backprop_mode, model, dg.randn(1, 3, 224, 224), layers)
    local shapes = {}
    for name, each in pairs(y) do shapes[name] = table.concat(each.shape, "x") end
    assert.same({
      inception_4a = "1x512x14x14", pool5 = "1x1024x1x1", prob = "1x1000", loss1_fc2 = "1x1000",
      loss2_fc2 = "1x1000",
    }, shapes)
    assert.same({ 1024, 2048 }, model.loss1_fc1.W.shape)
  end)

  it("starts as Caffe's did, with biases 0", function()
    local model = Small()
    local W = model.loss3_fc.W
    assert.is_true(F.absolute(W):max():item() <= math.sqrt(3 / 128)) -- uniform
    assert.near(math.sqrt(1 / 128), F.std(W):item(), 3e-3)
    assert.near(math.sqrt(1 / 60), F.std(model.inc4a.conv1.W):item(), 0.01)
    assert.equal(0, F.absolute(model.conv1.b):sum():item())
  end)

  it("names its layers in Chainer's order", function()
    assert.equal("conv1 pool1 conv2_reduce conv2 pool2 inception_3a inception_3b pool3 "
      .. "inception_4a inception_4b inception_4c inception_4d inception_4e pool4 inception_5a "
      .. "inception_5b pool5 loss3_fc prob loss1_fc2 loss2_fc2",
      table.concat(Small().available_layers, " "))
  end)

  it("computes its layers as written out", function()
    local model = Small()
    local x = dg.randn(2, 3, 32, 32)
    local y = dg.test_mode(model, x, model.available_layers)
    local function normalize(h)
      return F.local_response_normalization(h, { n = 5, k = 1, alpha = 2e-5, beta = 0.75 })
    end
    local function pool(h) return F.max_pooling_2d(h, 3, 2) end
    close(y.conv1, F.relu(F.convolution_2d(x, model.conv1.W, model.conv1.b, 2, 3)), 1e-5, 0)
    close(y.pool1, normalize(pool(y.conv1)), 1e-6, 0)
    close(y.conv2_reduce, F.relu(model.conv2_reduce(y.pool1)), 1e-6, 0)
    close(y.conv2,
      normalize(F.relu(F.convolution_2d(y.conv2_reduce, model.conv2.W, model.conv2.b, 1, 1))), 1e-5,
      0)
    close(y.pool2, pool(y.conv2), 0, 0)
    close(y.inception_3b, model.inc3b(model.inc3a(y.pool2)), 1e-6, 0)
    close(y.inception_4e, model.inc4e(y.inception_4d), 1e-6, 0)
    close(y.inception_5b, model.inc5b(model.inc5a(pool(y.inception_4e))), 1e-6, 0)
    close(y.pool5, F.mean(y.inception_5b, { 3, 4 }, true), 1e-6, 0)
    close(y.prob, F.softmax(model.loss3_fc(y.pool5)), 1e-6, 0)
    for name, from in pairs { loss1 = y.inception_4a, loss2 = y.inception_4d } do
      local h = F.relu(model[name .. "_conv"](F.mean(from, { 3, 4 }, true)))
      h = model[name .. "_fc2"](F.relu(model[name .. "_fc1"](h)))
      close(y[name .. "_fc2"], h, 1e-6, 0)
    end
  end)

  it("averages windows of 7 and of 5, three apart, where there is room", function()
    local list = Small():functions()
    local h = dg.randn(1, 2, 9, 8)
    local pool5, aside = list[17][1], list[20][1]
    close(pool5(h), F.average_pooling_2d(h, 7, 1), 0, 0)
    close(aside(h), F.average_pooling_2d(h, 5, 3), 0, 0)
    assert.same({ "pool5", "loss1_fc2", "inception_4a", "inception_4d" },
      { list[17].name, list[20].name, list[20].from, list[21].from })
  end)

  it("computes only what it needs, in ways aside too", function()
    local ran = {}
    local Watched = Small:extend("Watched")
    Watched.steps = {}
    for i, step in ipairs(Small.steps) do
      local copy = { unpack(step) }
      copy.from = step.from
      copy[#copy + 1] = function(x)
        ran[#ran + 1] = step[1]
        return x
      end
      Watched.steps[i] = copy
    end
    local model, x = Watched(), dg.randn(1, 3, 32, 32)
    local function last_of(layers)
      ran = {}
      model(x, layers)
      return #ran, ran[#ran]
    end
    assert.same({ 10, "loss1_fc2" }, { last_of { "loss1_fc2" } })
    assert.same({ 13, "loss2_fc2" }, { last_of { "loss2_fc2" } })
    assert.same({ 14, "loss2_fc2" }, { last_of { "loss2_fc2", "loss1_fc2" } })
    assert.same({ 19, "prob" }, { last_of() })
    assert.same({ 20, "loss1_fc2" }, { last_of { "prob", "loss1_fc2", "inception_4a" } })
    assert.same({ 0 }, { last_of {} })
  end)

  it("drops 0.4 of what comes to the classes in training", function()
    local dropout = Small():functions()[18][1]
    local y = dropout(dg.ones(10000))
    assert.near(0.4, y:eq(0):sum():item() / 10000, 0.02)
    assert.near(1 / 0.6, y:max():item(), 1e-6)
  end)

  it("prepares, extracts and predicts", function()
    local model = Small()
    local rgb = dg.tensor { { { 10 } }, { { 20 } }, { { 30 } } }
    close(model.prepare(rgb, false):reshape { 3 },
      dg.tensor { 30 - 104, 20 - 117, 10 - 123 }, 1e-4, 0)
    local images = { dg.rand(3, 30, 40) * 255, dg.rand(50, 20) * 255 }
    assert.same({ 2, 128, 1, 1 }, model:extract(images).pool5.shape)
    close(model:predict(images):sum(2), dg.ones(2), 1e-5, 0)
    assert.same({ 2, 5 }, model:predict(images, false).shape)
  end)

  it("learns by its three losses", function()
    local model, x = Small(), dg.randn(2, 3, 32, 32)
    local t = dg.tensor({ 1, 3 }, "int32")
    local y = model(x, { "loss1_fc2", "loss2_fc2", "loss3_fc" })
    local function loss(name) return F.softmax_cross_entropy(y[name], t) end
    (loss "loss3_fc" + 0.3 * (loss "loss1_fc2" + loss "loss2_fc2")):backward()
    for path, param in model:namedparams() do assert.is_truthy(param.grad, path) end
  end)

  it("wants channels that can be divided", function()
    local Odd = Small:extend("Odd")
    Odd.base = 12
    assert.error_matches(function() Odd() end, "^Odd: base is 12, wanted a multiple of 8")
  end)
end)
