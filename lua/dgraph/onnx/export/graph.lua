--- The graph of a file while it is written: nodes, initializers, names.
local ffi = require "ffi"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local onnx_file = require "dgraph.onnx.file"
local sizes = require "dgraph.onnx.export.sizes"

---@class dgraph.onnx.Graph
---@field opset integer
---@field examples table<string, integer>  the open sizes, as they were in the first run
local Graph = {}
Graph.__index = Graph

---@param trace dgraph.onnx.Trace
---@param opset integer
---@param open table<string, { input: integer, axis: integer, size: integer }>  where each open size
---  is to be seen
---@param outputs string[]  names of the results
function Graph.new(trace, opset, open, outputs)
  local self = setmetatable({
    trace = trace, opset = opset, nodes = {}, initializers = {}, domains = {}, draws = false,
    examples = {}, _open = open, _names = {}, _taken = {}, _numbers = {}, _sizes = {}, _counts = {},
  }, Graph)
  for name, where in pairs(open) do self.examples[name] = where.size end
  for _, name in ipairs(outputs) do self._taken[name] = true end
  for _, number in ipairs(trace.inputs) do
    local name = trace.values[number].name
    self._names[number], self._taken[name] = name, true
  end
  return self
end

--- A name that nothing else has.
function Graph:fresh(name)
  local chosen = name
  while self._taken[chosen] do
    self._counts[name] = (self._counts[name] or 1) + 1
    chosen = ("%s_%d"):format(name, self._counts[name])
  end
  self._taken[chosen] = true
  return chosen
end

-- Initializers --------------------------------------------------------------------------------

local function add_initializer(self, name, dtype, shape, bytes)
  name = self:fresh(name)
  table.insert(self.initializers, onnx_file.tensor_message(name, dtype, shape, bytes))
  return name
end

local function bytes_of(numbers, dtype)
  local count = #numbers * dtypes.size(dtype)
  local bytes = ffi.new("uint8_t[?]", math.max(count, 1))
  local to = ffi.cast(dtypes.pointer(dtype), bytes)
  for i, number in ipairs(numbers) do to[i - 1] = dtype == "bool" and number ~= 0 or number end
  return ffi.string(bytes, count)
end

--- A tensor of these numbers, each only once in the file.
---@param numbers number[]
---@param dtype dgraph.Dtype
---@param shape integer[]
---@return string name
function Graph:constant(numbers, dtype, shape)
  local bytes = bytes_of(numbers, dtype)
  local key = ("%s %s %s"):format(dtype, table.concat(shape, "x"), bytes)
  self._numbers[key] = self._numbers[key]
    or add_initializer(self, "constant", dtype, shape, bytes)
  return self._numbers[key]
end

--- A list of whole numbers: sizes, axes, places.
function Graph:integers(list) return self:constant(list, "int64", { #list }) end

-- Nodes ---------------------------------------------------------------------------------------

--- Adds a node.
---@param kind string  the operator
---@param inputs (string|false)[]  false: left out
---@param attributes table<string, any>?
---@param count integer?  how many results, 1 by default
---@param domain string?
---@return string ...  the names of the results
function Graph:node(kind, inputs, attributes, count, domain)
  local node = { op_type = kind, inputs = {}, outputs = {}, attributes = {}, domain = domain }
  local prefix = self.layer and self.layer .. "/" or ""
  for i, name in ipairs(inputs) do node.inputs[i] = name or "" end
  while node.inputs[#node.inputs] == "" do node.inputs[#node.inputs] = nil end
  for i = 1, count or 1 do node.outputs[i] = self:fresh(prefix .. kind) end
  node.name = node.outputs[1]
  local keys = {}
  for key in pairs(attributes or {}) do keys[#keys + 1] = key end
  table.sort(keys)
  for _, key in ipairs(keys) do
    table.insert(node.attributes, onnx_file.attribute_message(key, attributes[key]))
  end
  if domain then self.domains[domain] = true end
  table.insert(self.nodes, node)
  return unpack(node.outputs)
end

-- Open sizes ----------------------------------------------------------------------------------

--- An open size as a tensor of one element.
local function read_size(self, name)
  if not self._sizes[name] then
    local where = self._open[name]
    local input = self._names[self.trace.inputs[where.input]]
    local shape = self:node("Shape", { input })
    local place = self:integers { where.axis - 1 }
    self._sizes[name] = self:node("Gather", { shape, place }, { axis = 0 })
  end
  return self._sizes[name]
end

--- A size as a tensor of one element.
local function size_value(self, size)
  if not sizes.is_open(size) then return self:integers { size } end
  local name, slope, rest = sizes.line(size, self.examples)
  if not name then return nil end
  local value = read_size(self, name)
  if slope ~= 1 then value = self:node("Mul", { value, self:integers { slope } }) end
  if rest ~= 0 then value = self:node("Add", { value, self:integers { rest } }) end
  return value
end

local function any_open(list)
  for _, size in ipairs(list) do
    if sizes.is_open(size) then return true end
  end
  return false
end

--- A list of sizes as a tensor: an initializer, or what is computed from the shape of an input.
---@param list (integer|dgraph.onnx.Size)[]
---@return string? name  nil where one of them depends on two open sizes
function Graph:size_list(list)
  if not any_open(list) then return self:integers(list) end
  local parts, run = {}, {}
  local function flush()
    if #run > 0 then parts[#parts + 1] = self:integers(run) end
    run = {}
  end
  for _, size in ipairs(list) do
    if sizes.is_open(size) then
      flush()
      local value = size_value(self, size)
      if not value then return nil end
      parts[#parts + 1] = value
    else
      run[#run + 1] = size
    end
  end
  flush()
  return #parts == 1 and parts[1] or self:node("Concat", parts, { axis = 0 })
end

--- Sizes to reshape to, for which ONNX has two more ways: 0 is the size that is there, and one may
--- be -1, what is left.
---@param from (integer|dgraph.onnx.Size)[]
---@param to (integer|dgraph.onnx.Size)[]
---@return string? name
function Graph:reshape_list(from, to)
  local list, open, has_zero = {}, {}, false
  for i, size in ipairs(to) do
    list[i] = size
    if size == 0 then has_zero = true end
    if sizes.is_open(size) then
      if from[i] and sizes.same(size, from[i]) then list[i] = 0 else open[#open + 1] = i end
    end
  end
  if has_zero then return self:size_list(to) end
  -- What depends on two sizes has to be what is left.
  local left = open[1]
  for _, i in ipairs(open) do
    if not sizes.line(list[i], self.examples) then left = i end
  end
  if left then list[left] = -1 end
  return self:size_list(list)
end

--- What a file says of a shape.
---@param shape (integer|dgraph.onnx.Size)[]
---@return (integer|string)[]
function Graph:describe(shape)
  local list = {}
  for i, size in ipairs(shape) do
    list[i] = size
    if sizes.is_open(size) then
      local name, slope, rest = sizes.line(size, self.examples)
      local text = name and (slope == 1 and name or ("%d*%s"):format(slope, name)) or "?"
      if name and rest ~= 0 then text = ("%s%+d"):format(text, rest) end
      list[i] = text
    end
  end
  return list
end

-- Values --------------------------------------------------------------------------------------

--- Says which name a value has.
function Graph:bind(number, name) self._names[number] = name end

--- The name of a value: that of an input or of a result that is there, or an initializer.
---@param number integer
---@return string
function Graph:name_of(number)
  local name = self._names[number]
  if name then return name end
  local value = self.trace.values[number]
  if value.fill then
    local fill = onnx_file.tensor_message("", value.dtype, { 1 }, value.fill)
    local shape = self:size_list(value.shape)
    if not shape then
      errors.raise "dg.onnx.export: a constant's size depends on two open sizes; leave one fixed"
    end
    name = self:node("ConstantOfShape", { shape }, { value = { tensor = fill } })
  else
    name = add_initializer(self, value.name or "constant", value.dtype, value.shape, value.bytes)
  end
  self._names[number] = name
  return name
end

--- Leaves out initializers that no node reads.
local function drop_unused(self)
  local read, kept = {}, {}
  for _, node in ipairs(self.nodes) do
    for _, name in ipairs(node.inputs) do read[name] = true end
  end
  for _, initializer in ipairs(self.initializers) do
    if read[initializer.name] then kept[#kept + 1] = initializer end
  end
  self.initializers = kept
end

--- Gives results their names in the file. What is an input, a parameter, or a result already gets
--- a node of its own.
---@param names string[]
function Graph:finish(names)
  local made, new = {}, {}
  for _, node in ipairs(self.nodes) do
    for _, name in ipairs(node.outputs) do made[name] = true end
  end
  for i, number in ipairs(self.trace.outputs) do
    local name = self:name_of(number)
    if not made[name] or new[name] then
      local copy = self:node("Identity", { name })
      new[copy] = names[i]
    else
      new[name] = names[i]
    end
  end
  for _, node in ipairs(self.nodes) do
    for i, name in ipairs(node.inputs) do node.inputs[i] = new[name] or name end
    for i, name in ipairs(node.outputs) do node.outputs[i] = new[name] or name end
  end
  drop_unused(self)
end

return Graph
