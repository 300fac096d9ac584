local ffi = require "ffi"
local dg = require "dgraph"
local buffer = require "dgraph.utils.buffer"
local classes = require "spec.support.classes"
local files = require "dgraph.utils.files"
local json = require "dgraph.serializers.json"
local model_file = require "dgraph.serializers.model"
local F, L, serializers = dg.functions, dg.links, dg.serializers

--- A network for photographs, made small enough for a test.
local function small(name, fields)
  local made = L[name]:extend("Small" .. name)
  for key, value in pairs(fields) do made[key] = value end
  return function() return made() end
end

local VGG = { base = 2, units = 8, classes = 5, insize = 32 }
local RESNET = { base = 2, classes = 5, insize = 32 }

--- How one of each layer is made.
local MAKE = {
  Linear = function() return L.Linear(3, 2, { nobias = true, initialW = 0.5 }) end,
  Bilinear = function() return L.Bilinear(2, 3, 4) end,
  EmbedID = function() return L.EmbedID(5, 2, { ignore_label = -1 }) end,
  Embedding = function() return L.Embedding(5, 2) end,
  CRF1d = function() return L.CRF1d(3) end,
  NegativeSampling = function() return L.NegativeSampling(2, { 3, 1, 2 }, 2, { power = 0.5 }) end,
  BlackOut = function() return L.BlackOut(2, { 3, 1, 2 }, 2) end,
  BinaryHierarchicalSoftmax = function()
    return L.BinaryHierarchicalSoftmax(3, { { 1, 2 }, { 3, 4 } })
  end,
  Convolution1D = function() return L.Convolution1D(1, 2, 3) end,
  Convolution2D = function() return L.Convolution2D(nil, 2, { 3, 2 }, { stride = 2 }) end,
  Convolution3D = function() return L.Convolution3D(1, 2, 2) end,
  ConvolutionND = function() return L.ConvolutionND(2, 1, 2, 3) end,
  Deconvolution1D = function() return L.Deconvolution1D(1, 2, 3) end,
  Deconvolution2D = function() return L.Deconvolution2D(1, 2, 3) end,
  Deconvolution3D = function() return L.Deconvolution3D(1, 2, 2) end,
  DeconvolutionND = function() return L.DeconvolutionND(2, 1, 2, 3) end,
  DepthwiseConvolution2D = function() return L.DepthwiseConvolution2D(2, 3, 2) end,
  DilatedConvolution2D = function() return L.DilatedConvolution2D(1, 1, 2) end,
  LocalConvolution2D = function() return L.LocalConvolution2D(1, 2, 4, 3) end,
  DeformableConvolution2D = function() return L.DeformableConvolution2D(1, 2, 3) end,
  MLPConvolution2D = function()
    return L.MLPConvolution2D(2, { 3, 4 }, 3, { activation = F.tanh })
  end,
  Classifier = function() return L.Classifier(L.Linear(3, 2), F.mean_squared_error, F.r2_score) end,
  LSTM = function() return L.LSTM(3, 2) end,
  StatelessLSTM = function() return L.StatelessLSTM(3, 2) end,
  GRU = function() return L.GRU(3, 2) end,
  StatefulGRU = function() return L.StatefulGRU(3, 2) end,
  StatelessGRU = function() return L.StatelessGRU(3, 2) end,
  StatelessMGU = function() return L.StatelessMGU(3, 2) end,
  StatefulMGU = function() return L.StatefulMGU(3, 2) end,
  StatefulPeepholeLSTM = function() return L.StatefulPeepholeLSTM(3, 2) end,
  StatefulZoneoutLSTM = function() return L.StatefulZoneoutLSTM(3, 2, { h_ratio = 0.2 }) end,
  ChildSumTreeLSTM = function() return L.ChildSumTreeLSTM(3, 2) end,
  NaryTreeLSTM = function() return L.NaryTreeLSTM(nil, 2, 3) end,
  SimplifiedDropconnect = function() return L.SimplifiedDropconnect(3, 2, { ratio = 0.2 }) end,
  Inception = function() return L.Inception(2, 1, 2, 3, 4, 5, 6, { bias_init = 1 }) end,
  InceptionBN = function()
    return L.InceptionBN(2, 0, 2, 3, 4, 5, "max", { stride = 2, dtype = "float64" })
  end,
  NStepLSTM = function() return L.NStepLSTM(2, 3, 2, 0.5) end,
  NStepBiLSTM = function() return L.NStepBiLSTM(1, 3, 2, 0) end,
  NStepGRU = function() return L.NStepGRU(1, 3, 2, 0) end,
  NStepBiGRU = function() return L.NStepBiGRU(1, 3, 2, 0) end,
  NStepRNNTanh = function() return L.NStepRNNTanh(1, 3, 2, 0) end,
  NStepBiRNNTanh = function() return L.NStepBiRNNTanh(1, 3, 2, 0) end,
  NStepRNNReLU = function() return L.NStepRNNReLU(1, 3, 2, 0) end,
  NStepBiRNNReLU = function() return L.NStepBiRNNReLU(1, 3, 2, 0) end,
  MultiHeadAttention = function() return L.MultiHeadAttention(6, 3) end,
  TransformerEncoderLayer = function() return L.TransformerEncoderLayer(4, 2, 3, 0) end,
  TransformerDecoderLayer = function() return L.TransformerDecoderLayer(4, 2, 3, 0) end,
  PReLU = function() return L.PReLU({ 2, 3 }, dg.initializers.Uniform(0.5)) end,
  Swish = function() return L.Swish { 2 } end,
  Maxout = function() return L.Maxout(2, 3, 2) end,
  Bias = function() return L.Bias(nil, { 3 }) end,
  Scale = function() return L.Scale(1, { 3 }, { bias_term = true }) end,
  Parameter = function() return L.Parameter(dg.tensor { 1, 2, 3 }) end,
  BatchNormalization = function() return L.BatchNormalization(3) end,
  BatchRenormalization = function() return L.BatchRenormalization(3, 2, { dmax = 1 }) end,
  DecorrelatedBatchNormalization = function()
    return L.DecorrelatedBatchNormalization(4, { group_size = 2 })
  end,
  LayerNormalization = function() return L.LayerNormalization(3) end,
  GroupNormalization = function() return L.GroupNormalization(2, 4) end,
  InstanceNorm = function() return L.InstanceNorm(4, { affine = true }) end,
  RMSNorm = function() return L.RMSNorm(3) end,
  WeightNorm = function() return L.WeightNorm(L.Linear(3, 2)) end,
  Highway = function() return L.Highway(2, { activate = F.sigmoid }) end,
  GoogLeNet = small("GoogLeNet", { base = 8, classes = 5, insize = 32 }),
  VGG16Layers = small("VGG16Layers", VGG),
  VGG19Layers = small("VGG19Layers", VGG),
  ResNet50Layers = small("ResNet50Layers", RESNET),
  ResNet101Layers = small("ResNet101Layers", RESNET),
  ResNet152Layers = small("ResNet152Layers", RESNET),
}

--- All that a model saves, as tables of numbers.
local function state_of(model)
  local s, state = serializers.DictionarySerializer()
  model:serialize(s)
  for key, value in pairs(state) do
    if dg.is_tensor(value) then state[key] = { value.dtype, value.shape, value:totable() } end
  end
  return state
end

local function text_of(path)
  local bytes, size = assert(files.read(path))
  return ffi.string(bytes, size)
end

describe("a whole model in a file", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function()
    os.remove(path)
    os.remove(path .. ".1")
  end)

  --- Saves a model and loads it, without a change of the random numbers.
  local function round_trip(model)
    assert(serializers.save_model(path, model))
    local state = dg.random.get_state()
    local loaded = assert(serializers.load_model(path))
    assert.same(state, dg.random.get_state())
    assert.equal(getmetatable(model), getmetatable(loaded))
    assert.same(state_of(model), state_of(loaded))
    assert.equal(tostring(model), tostring(loaded))
    return loaded
  end

  it("is possible for every layer of dgraph", function()
    for name in pairs(classes(L, "lua/dgraph/links/init.lua")) do
      assert(MAKE[name], "no case for " .. name)
      round_trip(MAKE[name]())
    end
  end)

  it("computes what the first computed, in all containers", function()
    local model = L.Classifier(dg.Sequential(L.Linear(nil, 4), F.relu,
      dg.Sequential(L.LayerNormalization(), F.tanh), L.BatchNormalization(4), L.Linear(4, 2)))
    local x = dg.randn(3, 5)
    model(x, dg.tensor({ 1, 2, 1 }, "int64"))
    local loaded = round_trip(model)
    dg.test_mode(function()
      assert.same(model.predictor(x):totable(), loaded.predictor(x):totable())
    end)
    local chain = round_trip(dg.Chain { a = L.Linear(2, 3), b = dg.ChainList(L.Linear(3, 1)) })
    assert.equal(3, chain.b[1].W.shape[2])
    round_trip(dg.Chain())
  end)

  it("keeps what is one thing in two places", function()
    local layer = L.Linear(2, 2)
    local loaded = round_trip(dg.Sequential(layer, F.relu, layer))
    assert.equal(loaded[1], loaded[3])
    local model = dg.Chain { a = L.EmbedID(4, 2), b = L.Linear(2, 4) }
    model.b.W = model.a.W
    loaded = round_trip(model)
    loaded.a.W:fill(3)
    assert.equal(3, loaded.b.W[{ 1, 1 }]:item())
  end)

  it("knows the classes of the program, and their copies", function()
    local Net = dg.Chain:extend("NetOfTheSpec")
    function Net:init(units, opts)
      self.l1, self.out = L.Linear(nil, units), opts.out
      self.l2 = L.Linear(units, opts.out)
      self:add_persistent("seen", 0)
    end
    local options = { out = 3, note = "a\nb", odd = 0 / 0, far = -math.huge, list = { 1, { 2 } } }
    local model = Net(4, options)
    options.out = 7 -- the model was made with 3
    model.seen = 12
    local loaded = round_trip(model)
    assert.same({ 3, 12, false }, { loaded.out, loaded.seen, loaded.l1.W.is_initialized })
    local head = L.Classifier(model):copy("copy")
    head.predictor.l2.b:fill(5)
    assert.same({ 5, 5, 5 }, round_trip(head).predictor.l2.b:totable())
  end)

  it("keeps the dtype, and tensors that were arguments, also of a closed scope", function()
    local model = dg.using_config("dtype", "float64", L.Linear, 2, 2)
    assert.equal("float64", round_trip(model).W.dtype)
    local made
    dg.scope(function() made = L.Linear(2, 2, { initialW = dg.ones(2, 2) * 3 }) end)
    assert.same({ { 3, 3 }, { 3, 3 } }, round_trip(made):copy("init").W:totable())
  end)

  it("says which argument cannot be written", function()
    local function refused(model, message)
      assert.error_matches(function() serializers.save_model(path, model) end, message, nil, true)
    end
    local function twice(x) return x * 2 end
    refused(dg.Sequential(L.Linear(1, 1), twice),
      "save_model: the model, argument 2 of Sequential: a function that is none of dgraph.f")
    refused(L.Linear(2, 2, { initialW = twice }), "the model, argument 3 of Linear.initialW: a fun")
    refused(dg.Chain { a = L.Classifier(L.Linear(1, 1), twice) },
      "the model, argument 1 of Chain.a, argument 2 of Classifier: a function")
    refused(dg.Sequential(setmetatable({}, { __call = twice })), "an object that is neither")
    refused(dg.Chain:extend()(), "its class is called Chain")
    refused(dg.Sequential():append(dg.Sequential()):append(twice), "argument 2")
    assert.has_error(function() serializers.save_model(path, {}) end)
    assert.equal("", text_of(path))
  end)

  it("says what was changed after the model was made", function()
    local Net = dg.Chain:extend("ChangedNet")
    function Net:init() self.l1 = L.Linear(2, 2) end
    for message, change in pairs {
      ["/extra: it was added"] = function(net) net.extra = L.Linear(1, 1) end,
      ["/p: it was added"] = function(net) net:add_param("p", { 2 }) end,
      ["/seen: it was added"] = function(net) net:add_persistent("seen", 1) end,
      ["/l1: it is another"] = function(net) net.l1 = L.Linear(2, 2, true) end,
      ["/l1/W: its shape"] = function(net) net.l1.W = dg.Parameter(0, { 2, 5 }) end,
    } do
      local net = Net()
      change(net)
      assert.error_matches(function() serializers.save_model(path, net) end, message, nil, true)
    end
  end)

  it("falls back to an older generation", function()
    for bias = 1, 2 do
      local model = L.Linear(1, 1, { initial_bias = bias })
      assert(serializers.save_model(path, model, { generations = 2, metadata = { note = "n" } }))
    end
    assert.equal("n", select(2, serializers.read_safetensors(path)).note)
    files.write(path, "")
    local loaded, found = serializers.load_model(path)
    assert.same({ 1, path .. ".1" }, { loaded.b:item(), found.file })
  end)

  --- A model's file with this description.
  local function load_of(description, tensors)
    if type(description) == "table" then description = json.encode(description) end
    serializers.write_safetensors(path, tensors or {}, {
      metadata = { ["dgraph.model"] = description },
    })
    return serializers.load_model(path)
  end

  local function describe_root(root)
    return { version = 1, dtype = "float32", shared = {}, root = root }
  end

  local function layer(class, ...) return { class = class, arguments = json.array { ... } } end

  it("refuses descriptions that are odd, with a reason", function()
    local deep = layer("Sequential")
    for _ = 1, 40 do deep = layer("Sequential", deep) end
    local wide = { layer("Sequential") }
    for i = 2, 25 do wide[i] = layer("Sequential", { same = i - 1 }, { same = i - 1 }) end
    for message, description in pairs {
      ["JSON"] = "{",
      ["an odd description"] = "[]",
      ["version 2"] = { version = 2 },
      ["odd dtype"] = { version = 1, dtype = "int32" },
      ["class os is not defined"] = describe_root(layer "os"),
      ["class __index is not"] = describe_root(layer "__index"),
      ["no function F.os"] = describe_root(layer("Sequential", { ["function"] = "os" })),
      ["no initializer Initializer"] = describe_root(
        layer("Linear", 1, 1, { initializer = "Initializer", fields = {} })),
      ["no initializer get"] = describe_root(
        layer("Linear", 1, 1, { initializer = "get", fields = {} })),
      ["no tensor x"] = describe_root(layer("Linear", 1, { tensor = "x" })),
      ["no layer number 1"] = describe_root(layer("Chain", { same = 1 })),
      ["an odd number"] = describe_root(layer("Linear", { number = "x" })),
      ["an odd value"] = describe_root(layer("Linear", { x = 1 })),
      ["a table without"] = describe_root(layer("Linear", { list = 1 })),
      ["Linear without arguments"] = describe_root { class = "Linear" },
      ["describes no layer"] = describe_root(3),
      ["out_size is a positive integer"] = describe_root(layer("Linear", 1, -1)),
      ["nested too deeply"] = describe_root(deep),
      ["more than 100000 layers"] = describe_root(layer("Sequential", unpack(wide))),
      ["larger than the file"] = describe_root(layer("Linear", 1e6, 1e6)),
      ["parameters are larger"] = describe_root(layer("NStepLSTM", 1e9, 3, 3, 0)),
      ["names another file"] = describe_root(layer("SmallResNet50Layers", "/etc/passwd")),
      ["do not fit the model\n  missing: W"] = describe_root(layer("Linear", 2, 2)),
      ["odd shared"] = { version = 1, dtype = "float32", root = layer "Chain",
        shared = { ["/a/W"] = "/b/W" } },
    } do
      local model, why = load_of(description)
      assert.is_nil(model, message)
      assert.matches(message, why, nil, true)
    end
    local _, why = load_of(describe_root(layer "Chain"), { W = dg.ones(1) })
    assert.matches("not asked for: W", why)
    serializers.write_safetensors(path, {})
    assert.matches("no description", select(2, serializers.load_model(path)))
  end)

  it("refuses each damaged byte and each cut file", function()
    serializers.save_model(path, L.Linear(1, 2, { initialW = 0.5 }))
    local text = text_of(path)
    local function load(damaged)
      local model = model_file.from_memory(buffer.from_string(damaged))
      return model and state_of(model)
    end
    local wanted = load(text)
    for i = 1, #text do
      local flipped = string.char(bit.bxor(text:byte(i), 2))
      local damaged = text:sub(1, i - 1) .. flipped .. text:sub(i + 1)
      local state = load(damaged)
      if state then assert.same(wanted, state) end
      assert.is_nil((load(text:sub(1, i - 1))))
    end
  end)
end)
