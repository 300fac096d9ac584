local ffi = require "ffi"
local dg = require "dgraph"
local assert_close = require "spec.support.assert_close"
local cases = require "spec.support.onnx_cases"
local files = require "dgraph.utils.files"
local onnx = require "dgraph.onnx"
local onnx_file = require "dgraph.onnx.file"
local protobuf = require "dgraph.onnx.protobuf"
local rules = require("dgraph.onnx.export.rules").rules

local F, L = dg.functions, dg.links
local export = dg.onnx.export

local function load_bytes(bytes)
  return assert(onnx.from_memory(ffi.cast("const uint8_t *", bytes), #bytes, "bytes"))
end

local function text_of(path)
  local bytes, size = assert(files.read(path))
  return ffi.string(bytes, size)
end

--- The names of the operators in a file, in order.
local function operators_of(bytes)
  local file = onnx_file.read(ffi.cast("const uint8_t *", bytes), #bytes, "bytes")
  local names = {}
  for i, node in ipairs(file.graph.nodes) do names[i] = node.op_type end
  return table.concat(names, " "), file
end

local function flatten(value, list)
  if dg.is_tensor(value) then
    list[#list + 1] = value
  else
    for _, each in ipairs(value) do flatten(each, list) end
  end
  return list
end

local function run(model, args)
  return flatten({ dg.test_mode(dg.no_backprop_mode, model, unpack(args)) }, {})
end

local function message_of(...)
  local done, message = pcall(export, ...)
  assert.is_false(done)
  return message
end

describe("dg.onnx.export", function()
  local tried, originals = {}, {}

  setup(function()
    for name, rule in pairs(rules) do
      originals[name] = rule
      rules[name] = function(call)
        tried[name] = true
        return rule(call)
      end
    end
  end)
  teardown(function()
    for name, rule in pairs(originals) do rules[name] = rule end
  end)

  for _, case in ipairs(cases) do
    local function compare(opset)
      local bytes = export(case.f, case.args, nil, { opset_version = opset, verify = false })
      local expected, got = run(case.f, case.args), run(load_bytes(bytes), case.args)
      assert.equal(#expected, #got)
      for i, y in ipairs(expected) do assert_close(y, got[i], "opset " .. opset) end
    end

    it("writes what computes the same: " .. case.name, function() compare(17) end)

    it("does so with any operator set and batch #long: " .. case.name, function()
      compare(case.opset or 13)
      compare(18)
      -- With `verify` the file is also run with a larger batch.
      local bytes = export(case.f, case.args, nil, { dynamic_batch = case.open })
      local shape = load_bytes(bytes).inputs[1].shape
      assert.equal(case.open and "batch" or case.args[1].shape[1], shape[1])
    end)
  end

  it("exports dropout and batch normalization in training where that is asked for", function()
    local norm = L.BatchNormalization(3)
    local model = dg.Sequential(L.Linear(2, 3), norm, function(x) return F.dropout(x, 0.25) end)
    local bytes = export(model, dg.randn(8, 2), nil, { train = true })
    local names, file = operators_of(bytes)
    assert.truthy(names:find "^Gemm ReduceMean .* Dropout$")
    assert.equal(0, F.max(F.abs(norm.avg_mean)):item()) -- the averages learned nothing
    assert.equal(3, #file.graph.nodes[#file.graph.nodes].inputs)
    assert.truthy(operators_of(export(model, dg.randn(8, 2))):find "^Gemm BatchNormalization")
    local q = dg.randn(2, 3, 4)
    local attend = function(x)
      return F.scaled_dot_product_attention(x, x, x, { dropout_p = 0.5 })
    end
    local attention = operators_of(export(attend, q, nil, { train = true }))
    assert.truthy(attention:find "Softmax Dropout MatMul$")
  end)

  it("has a case for each of its rules", function()
    for name in pairs(rules) do assert.is_true(tried[name], name) end
  end)

  it("is documented with every function", function()
    local names, listed = {}, text_of("docs/onnx.md"):match "c/dgraph.h%):%s*(.-)\n\n"
    for name in pairs(rules) do names[#names + 1] = name end
    table.sort(names)
    assert.equal(table.concat(names, " "), (listed:gsub("%s+", " ")))
  end)

  it("names parameters, inputs, outputs and open sizes", function()
    local model = dg.Chain()
    model.l1, model.norm = L.Linear(nil, 3), L.BatchNormalization(3)
    local shared = dg.ones(3)
    shared.name = "offset"
    local function forward(x) return model.norm(model.l1(x)) + shared, F.sum(x) end
    local Model = dg.Chain:extend "Model"
    function Model:init() self.l1, self.norm = model.l1, model.norm end
    function Model.forward(_, x) return forward(x) end
    local bytes = export(Model(), dg.randn(2, 4), nil, {
      input_names = { "x" }, output_names = { "y", "total" }, graph_name = "Net",
      dynamic_axes = { x = { "rows" } }, opset_version = 15,
    })
    local _, file = operators_of(bytes)
    local names = {}
    for i, tensor in ipairs(file.graph.initializers) do names[i] = tensor.name end
    table.sort(names)
    assert.same({ "constant", "l1.W", "l1.b", "norm.avg_mean", "norm.avg_var", "norm.beta",
      "norm.gamma", "offset" }, names)
    assert.equal("Net", file.graph.name)
    assert.equal(15, file.opset)
    local loaded = load_bytes(bytes)
    assert.same({ { name = "x", dtype = "float32", shape = { "rows", 4 } } }, loaded.inputs)
    assert.same({ "y", "total" }, { loaded.outputs[1].name, loaded.outputs[2].name })
    assert.same({ "rows", 3 }, loaded.outputs[1].shape)
    assert.same({}, loaded.outputs[2].shape)
  end)

  it("calls what hangs on the batch by what it is", function()
    local function f(x) return F.concat({ x, x, dg.ones(1, 2) }, 1), F.reshape(x, { -1 }) end
    local loaded = load_bytes(export(f, dg.randn(3, 2), nil, { dynamic_batch = true }))
    assert.same({ { "2*batch+1", 2 }, { "2*batch" } },
      { loaded.outputs[1].shape, loaded.outputs[2].shape })
    assert.same({ 9, 2 }, loaded(dg.randn(4, 2)).shape)
  end)

  it("leaves several sizes open", function()
    local W = dg.randn(4, 5)
    local function f(x)
      local rows = F.matmul(F.reshape(x, { -1, 4 }), W)
      return F.reshape(rows, { x.shape[1], x.shape[2], 5 }) + F.sum(x, { 1, 2, 3 })
    end
    local x = dg.randn(2, 3, 4)
    local loaded = load_bytes(export(f, x, nil, {
      dynamic_axes = { input_0 = { "batch", "steps" } },
    }))
    assert.same({ "batch", "steps", 4 }, loaded.inputs[1].shape)
    local more = dg.randn(5, 7, 4)
    assert_close(f(more), loaded(more))
  end)

  it("gives results names of their own where they are inputs, parameters or each other", function()
    local p = dg.ones(2)
    local function f(x)
      local y = x + 1
      return x, p, y, y
    end
    local x = dg.randn(3, 2)
    local got = { load_bytes(export(f, x))(x) }
    assert.equal(4, #got)
    assert_close(x, got[1])
    assert_close(p, got[2])
    assert_close(x + 1, got[4])
  end)

  it("tells two inputs apart that are one tensor", function()
    local x, y = dg.randn(3, 2), dg.randn(3, 2)
    assert_close(x - y, load_bytes(export(F.sub, { x, x }))(x, y))
  end)

  it("follows data without its graph", function()
    local function f(x) return F.exp(x:detach()) + x.data end
    assert.equal("Exp Add", (operators_of(export(f, dg.randn(2, 2)))))
  end)

  it("leaves out what no result comes from", function()
    local function f(x)
      F.erfinv(F.tanh(x))
      return x * 2
    end
    assert.equal("Mul", (operators_of(export(f, dg.randn(2, 2)))))
  end)

  it("gives the state of a recurrent layer back as it was", function()
    local model = L.LSTM(3, 4)
    export(model, dg.randn(2, 3))
    assert.is_nil(model.h)
    local lazy = L.LSTM(nil, 4)
    export(lazy, dg.randn(2, 3))
    assert.is_nil(lazy.h)
    assert.same({ 16, 3 }, lazy.upward.W.shape)
    local h = model(dg.randn(2, 3))
    export(model, dg.randn(2, 3)) -- goes on from h, of this batch
    assert.is_true(model.h == h)
  end)

  it("names results as a table does that the model returns", function()
    local function f(x) return { b = x + 1, a = x * 2, x } end
    local loaded = load_bytes(export(f, dg.randn(2, 3)))
    local names = {}
    for i, value in ipairs(loaded.outputs) do names[i] = value.name end
    assert.same({ "output_0", "a", "b" }, names)
    local x = dg.randn(2, 3)
    assert_close(x * 2, (select(2, loaded(x))))
  end)

  it("takes what is returned behind nil, in lists, and leaves unused layers aside", function()
    local Model = dg.Chain:extend "Model"
    function Model:init() self.used, self.unused = L.Linear(nil, 2), L.Linear(nil, 3) end
    function Model:forward(x)
      local y = self.used(x)
      return nil, { y, { y + 1 } }, nil, y * 2
    end
    local model, x = Model(), dg.randn(2, 3)
    local got = { load_bytes(export(model, x))(x) }
    assert.equal(3, #got)
    assert_close(model.used(x) * 2, got[3])
    assert.is_false(model.unused.W.is_initialized)
  end)

  it("exports what an operator written in Lua did, or what a rule says", function()
    local Cube = dg.Function:extend "cube"
    function Cube:forward(x) -- luacheck: ignore 212
      return x * x * x
    end
    local x = dg.randn(2, 3)
    assert.equal("Mul Mul", (operators_of(export(Cube, x))))
    local function rule(call) return call:node("Pow", { call:input(1), call:scalar(3) }) end
    local bytes = export(Cube, x, nil, { custom = { cube = rule } })
    assert.equal("Pow", (operators_of(bytes)))
    assert_close(x * x * x, load_bytes(bytes)(x))
  end)

  it("takes rules for other functions, into other domains too", function()
    local function rule(call)
      assert(call:dtype "x" == "float32" and call:shape(1)[2] == 2 and call:output_shape()[1] == 3)
      local attributes = { exact = 1, scale = { float = 0.5 } }
      return call:node("ErfInv", { call:input "x" }, attributes, 1, "my.own")
    end
    local bytes = export(F.erfinv, F.tanh(dg.randn(3, 2)), nil, { custom = { erfinv = rule } })
    local _, file = operators_of(bytes)
    assert.same({ "ErfInv", "my.own" }, { file.graph.nodes[1].op_type, file.graph.nodes[1].domain })
    assert.equal(0.5, file.graph.nodes[1].attributes[2].f)
    assert.truthy(message_of(F.erfinv, F.tanh(dg.randn(3, 2)), nil,
      { custom = { erfinv = function() end } }):find("returned no name for result 1", 1, true))
  end)

  it("names the function and the layer that have no operator", function()
    local model = dg.Chain()
    local Inverse = dg.Link:extend "Inverse"
    function Inverse.forward(_, x) return F.erfinv(x) end
    model.inner = Inverse()
    local Model = dg.Chain:extend "Model"
    function Model:init() self.inner = Inverse() end
    function Model:forward(x) return self.inner(x) end
    local text = message_of(Model(), dg.zeros(2, 2))
    assert.truthy(text:find("erfinv in /inner (Inverse) at ", 1, true))
    assert.truthy(text:find("options.custom.erfinv", 1, true))
  end)
end)

describe("dg.onnx.export refuses", function()
  local x = dg.randn(3, 2)

  local function assert_refused(text, ...)
    local message = message_of(...)
    assert.truthy(message:find(text, 1, true), message)
  end

  it("what depends on the values of inputs", function()
    assert_refused("scale is another for affine", function(a) return a * F.sum(a):item() end, x)
    assert_refused("no operator made has other elements", function(a)
      local b = dg.zeros(3, 2)
      b[1] = a[1]
      return b * 2
    end, x)
    assert_refused("it does something else at ", function(a)
      return F.sum(a):item() > 5 and F.exp(a) or F.tanh(a)
    end, dg.ones(3, 2))
    assert.is_string(export(function(a) return a * a:sum():item() end, x, nil, { verify = false }))
  end)

  it("what is overwritten on the way", function()
    assert_refused("a tensor was overwritten", function(a)
      local b = a * 2
      b[1] = 0
      return b + 1
    end, x)
  end)

  it("sizes that cannot stay open", function()
    local open = { dynamic_batch = true }
    assert_refused("affine at", function(a) return a * (1 / a.shape[1]) end, x, nil, open)
    assert_refused("scale depends on an open size", function(a) return a * a.shape[1] end, x, nil,
      open)
    assert_refused("the model does something else", function(a)
      return a.shape[1] > 3 and F.exp(a) or F.tanh(a)
    end, x, nil, open)
    assert_refused("no operator made has other elements", function(a)
      return a + dg.arange(a.shape[1]):reshape(-1, 1)
    end, x, nil, open)
    assert_refused("the size of axis 1 must not be open", function(a) return F.var(a, 1) end, x,
      nil, open)
    assert_refused("for inputs of other sizes", function(a)
      return F.broadcast_to(dg.ones(1), { a.shape[1] * a.shape[1] })
    end, x, nil, open)
  end)

  it("options and arguments that are none", function()
    assert_refused('unknown option "opset"', F.exp, x, nil, { opset = 13 })
    assert_refused("opset_version is 13 to 22, got 12", F.exp, x, nil, { opset_version = 12 })
    assert_refused('there is no input "z"', F.exp, x, nil, { dynamic_axes = { z = { "n" } } })
    assert_refused("input_0 has no axis 3", F.exp, x, nil,
      { dynamic_axes = { input_0 = { [3] = "n" } } })
    assert_refused('the size "n" is 3 in one input and 2 in another', F.matmul,
      { x, F.transpose(x) }, nil, { dynamic_axes = { input_0 = { "n" }, input_1 = { "n" } } })
    assert_refused('an example of size 0 along "batch"', F.exp, dg.zeros(0, 2), nil,
      { dynamic_batch = true })
    assert_refused('two values are named "a"', F.add, { x, x }, nil, { input_names = { "a", "a" } })
    assert_refused("a file or folder is a text, got 5", F.exp, x, 5)
    local done, message = pcall(dg.onnx.export_testcase, F.exp, x)
    assert.is_false(done)
    assert.truthy(message:find("a file or folder is a text, got nil", 1, true))
    assert_refused("a name is a text, got 1", F.exp, x, nil, { input_names = { 1 } })
    assert_refused("args has no tensor", F.exp, {})
    assert_refused("wanted a function", 5, x)
    assert_refused("returned a number, wanted tensors", function() return 1 end, x)
    assert_refused("the model returned no tensor", function() end, x)
    assert_refused("models are exported in float32 or float64", F.exp, F.cast(x, "float16"))
  end)

  it("functions in forms that ONNX lacks", function()
    assert_refused("the places of the maxima", function(a)
      local y, at = F.max_pooling_2d(a, 2, { return_indices = true })
      return y + F.cast(at, "float32")
    end, dg.randn(1, 1, 4, 4))
    assert_refused("windows of several sizes", function(a) return F.adaptive_avg_pool2d(a, 3) end,
      dg.randn(1, 1, 4, 4))
    assert_refused("its windows overlap or are cut off", function(a)
      return F.unpooling_2d(a, 3, { stride = 2 })
    end, dg.randn(1, 1, 4, 4))
    assert_refused("over some of several axes", function(a) return F.argmax(a, { 1, 2 }) end,
      dg.randn(2, 3, 4))
    assert_refused("an index of several places", function(a)
      return F.scatter(a, 2, dg.tensor({ { 1, 2 }, { 2, 1 }, { 1, 1 } }, "int32"), 5)
    end, x)
    assert_refused("it draws numbers", F.rrelu, x, nil, { train = true, verify = false })
    assert_refused("needs operator set 14", F.tril, x, nil, { opset_version = 13 })
    local ws, bs = {}, {}
    for i = 1, 8 do ws[i], bs[i] = dg.ones(2, 2), dg.ones(2) end
    assert_refused("a state for more sequences", function(a)
      return F.n_step_lstm(1, 0, dg.zeros(1, 3, 2), dg.zeros(1, 3, 2), { ws }, { bs }, a)
    end, dg.randn(3, 2, 2))
    local lstm = L.NStepLSTM(1, 2, 2, 0)
    assert_refused("sequences of several lengths",
      function(a) return (lstm(nil, nil, { a, a[{ { 1, 2 } }] })) end, x)
  end)

  it("a file that cannot be read back, or is another model", function()
    local function rule(call) return call:node("Exp", { call:input "x" }) end
    assert_refused("computes something else than the model", F.tanh, x, nil,
      { custom = { tanh = rule } })
    assert.is_string(export(F.tanh, x, nil, { custom = { tanh = rule }, verify = false }))
    local function unknown(call) return call:node("Tangent", { call:input "x" }) end
    assert_refused("the file cannot be read back", F.tanh, x, nil, { custom = { tanh = unknown } })
  end)
end)

describe("dg.onnx.export_testcase", function()
  it("writes the model, what goes in and what comes out", function()
    local folder = os.tmpname()
    os.remove(folder)
    local model, x = L.Linear(2, 3), dg.randn(4, 2)
    assert(dg.onnx.export_testcase(model, { x }, folder, { input_names = { "x" } }))
    local loaded = assert(dg.serializers.load_onnx(folder .. "/model.onnx"))
    assert_close(model(x), loaded(x))
    local schema = { [1] = { "dims", "integer", repeated = true }, [2] = { "type", "integer" },
      [8] = { "name", "text" }, [9] = { "data", "span" } }
    local function read(name)
      local bytes, size = assert(files.read(folder .. "/test_data_set_0/" .. name))
      local message = protobuf.decode(bytes, 0, size, schema)
      message.data = ffi.string(bytes + message.data.at, message.data.size)
      return message
    end
    assert.same({ dims = { 4, 2 }, type = 1, name = "x", data = x:tostring() }, read "input_0.pb")
    assert.same({ dims = { 4, 3 }, type = 1, name = "output_0", data = model(x):tostring() },
      read "output_0.pb")
    for _, name in ipairs { "test_data_set_0/input_0.pb", "test_data_set_0/output_0.pb",
      "test_data_set_0", "model.onnx", "" } do
      assert(os.remove(folder .. "/" .. name))
    end
  end)

  it("tells what cannot be written", function()
    local file = os.tmpname()
    local done, message = dg.onnx.export_testcase(F.exp, dg.ones(1), file)
    assert.is_nil(done)
    assert.is_string(message)
    done, message = export(F.exp, dg.ones(1), file .. "/model.onnx")
    assert.is_nil(done)
    assert.is_string(message)
    os.remove(file)
  end)
end)

describe("protobuf.encode", function()
  it("writes what decode reads", function()
    local schema = { [1] = { "a", "integer" }, [2] = { "list", "integer", repeated = true },
      [3] = { "x", "float" }, [4] = { "text", "text" },
      [200] = { "inner", { [1] = { "b", "integer" } } } }
    local message = { a = -1, list = { 0, 127, 128, 2 ^ 40, -2 ^ 52 }, x = 0.5, text = "\0é",
      inner = { b = 300 } }
    local bytes = protobuf.encode(message, schema)
    assert.same(message, protobuf.decode(ffi.cast("const uint8_t *", bytes), 0, #bytes, schema))
  end)

  it("writes the bytes that the encoding says", function()
    local schema = { [1] = { "a", "integer" }, [2] = { "b", "text" } }
    assert.equal("\8\150\1\18\7testing", protobuf.encode({ a = 150, b = "testing" }, schema))
    assert.equal("\8\255\255\255\255\255\255\255\255\255\1", protobuf.encode({ a = -1 }, schema))
  end)
end)
