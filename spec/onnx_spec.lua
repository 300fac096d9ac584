local ffi = require "ffi"
local dg = require "dgraph"
local assert_close = require "spec.support.assert_close"
local files = require "dgraph.utils.files"
local operators = require "dgraph.onnx.operators"
local settle = require "spec.support.settle"

local F, load_onnx = dg.functions, dg.serializers.load_onnx
local FOLDER = "spec/fixtures/onnx/"

local function text_of(path)
  local bytes, size = assert(files.read(path))
  return ffi.string(bytes, size)
end

local function arrays_of(name) return assert(dg.serializers.load(FOLDER .. name .. ".npz")) end

--- The file of this content, loaded.
local function load_text(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  local model, message = load_onnx(path)
  os.remove(path)
  return model, message and message:gsub("^" .. path:gsub("%p", "%%%0") .. ": ", "")
end

--- Runs a model outside of training.
local function run(model, ...) return dg.test_mode(model, ...) end

-- Writing a file by hand ----------------------------------------------------------------------

local function number(value)
  local bytes = {}
  repeat
    local low = value % 128
    value = (value - low) / 128
    bytes[#bytes + 1] = string.char(value > 0 and low + 128 or low)
  until value == 0
  return table.concat(bytes)
end

--- A field with a number, or with bytes.
local function field(id, value)
  if type(value) == "number" then return number(id * 8) .. number(value) end
  return number(id * 8 + 2) .. number(#value) .. value
end

local function node(kind, inputs, outputs, more)
  local parts = {}
  for _, name in ipairs(inputs) do parts[#parts + 1] = field(1, name) end
  for _, name in ipairs(outputs) do parts[#parts + 1] = field(2, name) end
  return field(1, table.concat(parts) .. field(4, kind) .. (more or ""))
end

local function value(id, name) return field(id, field(1, name)) end

--- A model of operator set 13.
local function model_of(graph, opset)
  return field(1, 8) .. field(8, field(2, opset or 13)) .. field(7, graph)
end

local IDENTITY = value(11, "x") .. value(12, "y")

describe("load_onnx", function()
  it("computes what ONNX's conformance tests expect, of each operator", function()
    local all, cases, tried = arrays_of "operators", {}, {}
    for key, array in pairs(all) do
      local name, part = key:match "^(.*)/(.*)$"
      cases[name] = cases[name] or {}
      cases[name][part] = array
    end
    for name, case in pairs(cases) do
      local model = assert(load_text(case.model:tostring()), name)
      local inputs, n = {}, #model.inputs
      for i = 1, n do inputs[i] = case["input" .. i - 1] end
      local results = { run(model, unpack(inputs, 1, n)) }
      for i = 1, #model.outputs do
        local expected = case["output" .. i - 1]
        if expected then assert_close(expected, results[i], name) end
      end
      for _, step in ipairs(model._plan.steps) do tried[step.node.kind] = true end
    end
    for kind in pairs(operators) do
      assert.is_true(tried[kind] or kind == "Constant" or kind == "Upsample", kind)
    end
  end)

  it("is documented with every operator", function()
    local names, listed = {}, text_of("docs/onnx.md"):match "make_onnx.py%):%s*(.-)\n\n"
    for kind in pairs(operators) do names[#names + 1] = kind end
    table.sort(names)
    assert.equal(table.concat(names, " "), (listed:gsub("%s+", " ")))
  end)

  for _, name in ipairs { "mlp", "residual", "residual_newer", "words", "steps", "attention",
    "upsampling" } do
    it("computes what PyTorch does: " .. name, function()
      local model, arrays = assert(load_onnx(FOLDER .. name .. ".onnx")), arrays_of(name)
      local y0, y1 = run(model, arrays.x)
      assert_close(arrays.y0, y0, name)
      if arrays.y1 then assert_close(arrays.y1, y1, name) end
    end)
  end

  it("takes batches of another size where the file leaves it open", function()
    local model = assert(load_onnx(FOLDER .. "residual.onnx"))
    local x = arrays_of("residual").x
    local twice = run(model, F.concat({ x, x }, 1))
    assert.same({ 4, 3 }, twice.shape)
    assert_close(run(model, x), twice[{ { 3, 4 } }])
  end)

  it("tells inputs and outputs", function()
    local model = assert(load_onnx(FOLDER .. "residual.onnx"))
    assert.same({ { name = "x", dtype = "float32", shape = { "batch", 2, 12, 12 } } }, model.inputs)
    assert.equal("float32", model.outputs[1].dtype)
  end)

  it("gives a model that learns on, and leaves running averages alone", function()
    local model, arrays = assert(load_onnx(FOLDER .. "residual.onnx")), arrays_of "residual"
    local optimizer = dg.optimizers.Adam(0.05):setup(model)
    local labels = dg.tensor({ 1, 3 }, "int32")
    local function lossfun() return F.nll_loss(F.log(model(arrays.x)), labels) end
    local before = lossfun():item()
    for _ = 1, 20 do optimizer:update(lossfun) end
    assert.is_true(lossfun():item() < 0.2 * before)
    for name, param in model:namedparams() do
      assert.is_false(name:find "running" ~= nil)
      assert.is_truthy(param.grad, name)
    end
  end)

  it("gives parameters that other files keep, under the names of the file", function()
    local model, path = assert(load_onnx(FOLDER .. "mlp.onnx")), os.tmpname()
    local x = arrays_of("mlp").x
    model["0.weight"]:fill(0.25)
    local before = run(model, x)
    assert(dg.serializers.save_safetensors(path, model))
    local again = assert(load_onnx(FOLDER .. "mlp.onnx"))
    assert(dg.serializers.load_safetensors(path, again))
    os.remove(path)
    assert.same(before:totable(), run(again, x):totable())
    assert.same({ 8, 4 }, again["0.weight"].shape)
  end)

  it("gives a link that is copied and counted like others", function()
    local model = assert(load_onnx(FOLDER .. "mlp.onnx"))
    local x = arrays_of("mlp").x
    local copy = model:copy "copy"
    model["0.weight"]:fill(0)
    assert.same({ 8, 4 }, copy["0.weight"].shape)
    assert_close(arrays_of("mlp").y0, run(copy, x))
    assert.equal(4 * 8 + 8 + 8 + 8 + 8 * 2 + 2, model:count_params())
  end)

  it("keeps nothing once the model is gone", function()
    local x = arrays_of("words").x
    local function load_and_run() run(assert(load_onnx(FOLDER .. "words.onnx")), x) end
    load_and_run()
    settle()
    local before = dg.memory()
    load_and_run()
    settle()
    local after = dg.memory()
    assert.same({ before.tensors, before.nodes, before.total },
      { after.tensors, after.nodes, after.total })
  end)

  it("says what input it wants", function()
    local model = assert(load_onnx(FOLDER .. "residual.onnx"))
    assert.error_matches(function() model() end, "OnnxModel: 0 inputs, wanted 1")
    assert.error_matches(function() model(dg.zeros(2, 3)) end,
      "OnnxModel: the input x is float32 batchx2x12x12, got float32 2x3")
    assert.error_matches(function() model(1) end, "OnnxModel: the input x is a tensor, got number")
  end)

  it("refuses operators that it does not know, by their names", function()
    local model, message = load_text(model_of(node("Scan", { "x" }, { "y" }) .. IDENTITY))
    assert.same({ nil, "Scan: the operator Scan is not supported" }, { model, message })
    message = select(2, load_text(model_of(node("Relu", { "x" }, { "y" }, field(7, "com.example"))
      .. IDENTITY)))
    assert.equal("Relu: the operator com.example.Relu is not supported", message)
  end)

  it("refuses files that make no sense", function()
    local function message_of(text) return select(2, load_text(text)) end
    assert.equal("not an ONNX file: it has no graph", message_of "")
    assert.equal("not an ONNX file: it does not say which operators it is made of",
      message_of(field(7, IDENTITY)))
    assert.equal("its operators are those of set 6, older than 7",
      message_of(model_of(IDENTITY, 6)))
    assert.equal('Relu: the value "z" comes from nowhere',
      message_of(model_of(node("Relu", { "z" }, { "y" }) .. IDENTITY)))
    assert.equal('the value "y" comes from nowhere', message_of(model_of(IDENTITY)))
    local function initial(proto) return model_of(field(5, field(8, "w") .. proto) .. IDENTITY) end
    local float = field(1, 2) .. field(2, 1)
    assert.equal("w: 4 bytes where its shape needs 8",
      message_of(initial(float .. field(9, "1234"))))
    assert.equal("w: it has no elements", message_of(initial(float)))
    assert.equal("w: the dtype 99 is not supported",
      message_of(initial(field(1, 2) .. field(2, 99))))
    local bad = field(5, field(1, "axes") .. field(20, 2) .. field(3, 7))
    assert.equal("Squeeze: its attribute axes is a number, wanted a table",
      message_of(model_of(node("Squeeze", { "x" }, { "y" }, bad) .. IDENTITY)))
    local function outside(name)
      return initial(float .. field(14, 1) .. field(13, field(1, "location") .. field(2, name)))
    end
    for _, name in ipairs { "/etc/passwd", "../secret", "a/../../b", "" } do
      assert.equal(('w: the file "%s" is not one beside the model'):format(name),
        message_of(outside(name)))
    end
    assert.matches("No such file", message_of(outside "missing.data"))
    assert.matches("No such file", select(2, load_onnx "missing.onnx"))
    assert.error_matches(function() load_onnx(3) end, "load_onnx: the path is a string, got number")
  end)

  it("survives damaged files", function()
    local text = text_of(FOLDER .. "steps.onnx")
    local x = arrays_of("steps").x
    math.randomseed(7)
    local refused = 0
    for _ = 1, 300 do
      local at = math.random(#text)
      local damaged = math.random(4) == 1 and text:sub(1, at)
        or text:sub(1, at - 1) .. string.char(math.random(0, 255)) .. text:sub(at + 1)
      local model, message = load_text(damaged)
      if not model then
        refused = refused + 1
        assert.equal("string", type(message))
      else
        pcall(run, model, x)
      end
    end
    assert.is_true(refused > 50)
  end)
end)
