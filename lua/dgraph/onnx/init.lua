--- Models from elsewhere: an .onnx file as a layer whose operators are those of dgraph.
--
-- A file becomes a list of steps, each with the function that computes it and the places of its
-- inputs and results. Tensors of floats that the graph starts with are parameters, so that such a
-- model learns on.
local Link = require "dgraph.link"
local errors = require "dgraph.errors"
local files = require "dgraph.utils.files"
local native = require "dgraph.native"
local node_class = require "dgraph.onnx.node"
local onnx_file = require "dgraph.onnx.file"
local operators = require "dgraph.onnx.operators"
local parameter = require "dgraph.parameter"
local protobuf = require "dgraph.onnx.protobuf"

local refuse = protobuf.refuse

---@class dgraph.OnnxModel: dgraph.Link
---@field inputs dgraph.OnnxValue[]  what `forward` takes, in this order
---@field outputs dgraph.OnnxValue[]  what it returns
---@field opset integer  the version of ONNX's operators
local OnnxModel = Link:extend "OnnxModel"

---@class dgraph.OnnxValue
---@field name string
---@field dtype dgraph.Dtype?  nil: not told
---@field shape (integer|string)[]?  a text for a size that may be any

-- From the file to steps ----------------------------------------------------------------------

--- What the file says of an input or output.
local function describe(value)
  local tensor = value.type and value.type.tensor or {}
  local shape
  if tensor.shape then
    shape = {}
    for i, dim in ipairs(tensor.shape.dims) do shape[i] = dim.size or dim.symbol or "?" end
  end
  return { name = value.name or "", dtype = onnx_file.dtype(tensor.elem_type), shape = shape }
end

--- Gives every value of the graph a place.
local function new_places()
  local places, count = {}, 0
  return function(name, makes)
    if not places[name] then
      if not makes then refuse("the value %q comes from nowhere", name) end
      count = count + 1
      places[name] = count
    end
    return places[name]
  end
end

--- A name that a field of a link may have.
local function field_name(name, taken)
  local field = name:gsub("/", "."):gsub("^%.+", "")
  if field == "" then field = "constant" end
  while taken[field] or OnnxModel[field] ~= nil or field:find "^_" or field == "name" do
    field = field == "name" and "name_" or field:gsub("^_+", "") .. "_"
  end
  taken[field] = true
  return field
end

local FLOATS = { float32 = true, float64 = true }

--- Puts a tensor that the graph starts with in its place: floats into fields of the model, which
--- move with it; integers stay here, since most of them are shapes and positions.
local function hold(plan, name, tensor, learns)
  local place = plan.place(name, true)
  if FLOATS[tensor.dtype] then
    local start = { place = place, tensor = tensor, learns = learns, name = name }
    start.field = field_name(name, plan.taken)
    plan.starts[#plan.starts + 1], plan.by_name[name] = start, start
  else
    plan.constants[place] = tensor
  end
end

local function add_node(plan, file, proto)
  local kind, domain = proto.op_type or "", proto.domain or ""
  local operator = operators[kind]
  if domain ~= "" and domain ~= "ai.onnx" or not operator then
    refuse("the operator %s%s is not supported", domain ~= "" and domain .. "." or "", kind)
  end
  local attributes = onnx_file.attributes(file, proto)
  if kind == "Constant" then
    local value = operator(node_class.new(kind, attributes, file.opset, 0, 1))
    return hold(plan, proto.outputs[1] or "", value, false)
  end
  local node = node_class.new(kind, attributes, file.opset, #proto.inputs, #proto.outputs)
  local step = { node = node, run = operator, inputs = {}, outputs = {} }
  for i, name in ipairs(proto.inputs) do
    -- An input that is left out has no name. Place 0 is always empty.
    step.inputs[i] = name == "" and 0 or plan.place(name)
    if plan.constants[step.inputs[i]] then node:know(i, plan.constants[step.inputs[i]]) end
  end
  for i, name in ipairs(proto.outputs) do
    step.outputs[i] = name == "" and 0 or plan.place(name, true)
  end
  if kind == "BatchNormalization" then -- the mean and the variance are counted, not learned
    for i = 4, 5 do
      local start = plan.by_name[proto.inputs[i]]
      if start then start.learns = false end
    end
  end
  plan.steps[#plan.steps + 1] = step
end

--- Adds the name of a node to what was wrong with it.
local function add_named_node(plan, file, proto)
  local done, problem = pcall(add_node, plan, file, proto)
  if done then return end
  if type(problem) ~= "table" then error(problem, 0) end
  local name = proto.name and proto.name ~= "" and (" (%s)"):format(proto.name) or ""
  refuse("%s%s: %s", proto.op_type or "a node", name, problem.message)
end

local function make_plan(bytes, size, path)
  local file = onnx_file.read(bytes, size, path)
  local graph = file.graph
  local plan = { place = new_places(), taken = {}, starts = {}, by_name = {}, constants = {},
    steps = {}, inputs = {}, outputs = {}, input_places = {}, output_places = {},
    opset = file.opset }
  local is_initial = {}
  for _, proto in ipairs(graph.initializers) do
    local name = proto.name or ""
    is_initial[name] = true
    hold(plan, name, onnx_file.tensor(file, proto, name), true)
  end
  for _, value in ipairs(graph.inputs) do
    if not is_initial[value.name or ""] then -- old files list them among the inputs
      plan.inputs[#plan.inputs + 1] = describe(value)
      plan.input_places[#plan.inputs] = plan.place(value.name or "", true)
    end
  end
  for _, proto in ipairs(graph.nodes) do add_named_node(plan, file, proto) end
  for i, value in ipairs(graph.outputs) do
    plan.outputs[i] = describe(value)
    plan.output_places[i] = plan.place(value.name or "")
  end
  return plan
end

-- The model -----------------------------------------------------------------------------------

function OnnxModel:init(plan)
  self.inputs, self.outputs, self.opset = plan.inputs, plan.outputs, plan.opset
  self._plan = plan
  for _, start in ipairs(plan.starts) do
    if start.learns then self[start.field] = parameter(start.tensor, start.tensor.shape)
    else self:add_persistent(start.field, start.tensor)
    end
    start.tensor = nil
  end
end

--- What was given for an input, if it is what the file says.
local function check_input(self, i, x)
  local wanted = self.inputs[i]
  if not native.is_tensor(x) then
    errors.raisef("OnnxModel: the input %s is a tensor, got %s", wanted.name, type(x))
  end
  local fits = not wanted.dtype or x.dtype == wanted.dtype
  if wanted.shape then
    local shape = x.shape
    fits = fits and #shape == #wanted.shape
    for axis, size in ipairs(wanted.shape) do
      fits = fits and (type(size) == "string" or shape[axis] == size)
    end
  end
  if fits then return x end
  errors.raisef("OnnxModel: the input %s is %s %s, got %s %s", wanted.name, wanted.dtype or "any",
    wanted.shape and table.concat(wanted.shape, "x") or "", x.dtype, table.concat(x.shape, "x"))
end

--- The values at these places; nil for those left out.
local function collect(values, places, count)
  local list = {}
  for i = 1, count do list[i] = values[places[i]] end
  return list
end

local function run_step(step, values)
  local inputs, node = step.inputs, step.node
  local first, second, third
  local n = node.inputs
  if n == 1 then first, second, third = step.run(node, values[inputs[1]])
  elseif n == 2 then first, second, third = step.run(node, values[inputs[1]], values[inputs[2]])
  else first, second, third = step.run(node, unpack(collect(values, inputs, n), 1, n))
  end
  local outputs = step.outputs
  if node.gives_list then
    for i, place in ipairs(outputs) do values[place] = first[i] end
  else
    if outputs[1] then values[outputs[1]] = first end
    if outputs[2] then values[outputs[2]] = second end
    if outputs[3] then values[outputs[3]] = third end
  end
  values[0] = nil
end

--- Computes the graph: a tensor for each of `inputs`, in that order; the results in the order of
--- `outputs`. Everything is recorded as usual, so the model can be trained.
---@param ... dgraph.Tensor
---@return dgraph.Tensor ...
function OnnxModel:forward(...)
  local plan, given = self._plan, select("#", ...)
  while given > #plan.inputs and select(given, ...) == nil do given = given - 1 end
  if given ~= #plan.inputs then
    errors.raisef("OnnxModel: %d inputs, wanted %d", given, #plan.inputs)
  end
  local values = {}
  for place, tensor in pairs(plan.constants) do values[place] = tensor end
  for _, start in ipairs(plan.starts) do values[start.place] = self[start.field] end
  for i = 1, given do
    values[plan.input_places[i]] = check_input(self, i, (select(i, ...)))
  end
  for _, step in ipairs(plan.steps) do run_step(step, values) end
  local count = #plan.output_places
  return unpack(collect(values, plan.output_places, count), 1, count)
end

--- The same as `load_onnx` of a file that lies in memory.
---@param bytes ffi.cdata*
---@param size integer
---@param path string  for messages, and to find tensors that lie outside
---@return dgraph.OnnxModel? model
---@return string? message
local function from_memory(bytes, size, path)
  local done, plan = pcall(make_plan, bytes, size, path)
  if done then return OnnxModel(plan) end
  if type(plan) ~= "table" then error(plan, 0) end
  return nil, ("%s: %s"):format(path, plan.message)
end

--- Reads an .onnx file, as PyTorch, scikit-learn's skl2onnx and others write them: float32 and
--- float64 models of the operators that docs/onnx.md lists, operator sets 7 to 23. Nothing of the
--- file is run: it names operators, and a name that is not known is refused.
---@param path string  tensors that lie in files of their own are looked for beside it
---@return dgraph.OnnxModel? model  call it with the inputs of the graph
---@return string? message
local function load_onnx(path)
  if type(path) ~= "string" then
    errors.raisef("load_onnx: the path is a string, got %s", type(path))
  end
  local bytes, size = files.read(path)
  if not bytes then return nil, size end
  return from_memory(bytes, size, path)
end

--- `export` and `export_testcase` are loaded at their first use.
return setmetatable({
  OnnxModel = OnnxModel, load_onnx = load_onnx, from_memory = from_memory,
}, {
  __index = function(_, name) return require "dgraph.onnx.export"[name] end,
})
