--- What a model does with example inputs: a list of the functions of the library that it called.
--
-- The source is not the recorded graph, whose nodes do not tell strides and axes, nor `F`, whose
-- functions call one another. It is the calls of C, which a hook sees (watch/init.lua): every
-- function of Lua comes down to them, their arguments have names and are complete, and the header
-- lists them. There are some 150, with the mathematics of one operator each.
--
-- Everything runs in one scope, so that no memory is used twice: a tensor is known by where its
-- elements lie, and so `x.data`, a copy of a layer that shares its parameters and the like are what
-- they look at. What is known by no call, and is no input, is a constant.
local ffi = require "ffi"
local config = require "dgraph.config"
local errors = require "dgraph.errors"
local kinds = require "dgraph.link_kinds"
local native = require "dgraph.native"
local scopes = require "dgraph.scope"
local using_hook = require("dgraph.watch.using").using_hook

local C, is_tensor = native.C, native.is_tensor

---@class dgraph.onnx.Value
---@field kind "input"|"result"|"constant"
---@field name string?  of an input, a parameter or a named constant
---@field shape integer[]
---@field dtype dgraph.Dtype
---@field bytes string?  of a constant: its elements; of one with a name in the first run alone
---@field record integer?  of a result: which call made it
---@field place integer?  of a result: which one of that call

---@class dgraph.onnx.Record
---@field name string  the function of C without "dg_"; of an operator written in Lua its own name
---@field arguments table<string, number|number[]>  by the names that the header has
---@field inputs table<string|integer, integer>  which value a tensor is, by name and by number
---@field outputs integer[]
---@field inner integer[]?  of an operator written in Lua: what its forward made
---@field layer string?  "/l1 (Linear)"
---@field where string?  "train.lua:12"

---@class dgraph.onnx.Trace
---@field values dgraph.onnx.Value[]
---@field records dgraph.onnx.Record[]
---@field inputs integer[]
---@field outputs integer[]
---@field results dgraph.Tensor[]  what the model returned
---@field output_names table<integer, string>  of results that came in a table under names
local Trace = {}
Trace.__index = Trace

-- Which tensor is which -----------------------------------------------------------------------

local ONE, RANGE = tonumber(C.DG_ITEM_ONE), tonumber(C.DG_ITEM_RANGE)

local first_items = ffi.new("int64_t[?]", 4 * C.DG_MAX_NDIM)
for axis = 0, C.DG_MAX_NDIM - 1 do first_items[4 * axis] = ONE end

--- Where the first element lies. C tells it of what has no gaps: of others a view of one element.
local function address_of(x)
  if C.dg_size(x) == 0 then return 0 end
  local first = x
  if C.dg_is_contiguous(x) ~= 1 then
    first = native.wrap(C.dg_index(x, C.dg_ndim(x), first_items, 0))
  end
  return tonumber(ffi.cast("uintptr_t", C.dg_bytes(first)))
end

local function key_of(x)
  local address = address_of(x)
  return ("%.0f %s %s %s"):format(address, x.dtype, table.concat(x.shape, "x"),
    table.concat(x.strides, ","))
end

local HALVES = { float16 = true, bfloat16 = true }

local function check_kind(x)
  if x.device ~= "cpu" then
    errors.raisef("dg.onnx.export: a tensor lies on %s (move model and inputs with :to_cpu())",
      x.device)
  end
  if HALVES[x.dtype] then
    errors.raisef("dg.onnx.export: a tensor is %s; models are exported in float32 or float64",
      x.dtype)
  end
end

--- Makes a tensor known.
---@return integer  the number of its value
function Trace:add(x, value)
  check_kind(x)
  value.shape, value.dtype = x.shape, x.dtype
  self.values[#self.values + 1] = value
  self._by_key[key_of(x)] = { number = #self.values, x = x, version = x.version }
  return #self.values
end

--- The number of a tensor's value.
function Trace:number_of(x)
  local known = self._by_key[key_of(x)]
  if known and C.dg_alive(known.x) == 1 then
    if x.version ~= known.version then
      errors.raise("dg.onnx.export: a tensor was overwritten after it was used or made, which a "
        .. "graph cannot tell")
    end
    return known.number
  end
  local name = self._names[address_of(x)] or x.name
  local bytes = (self.keeps_all or not name) and x:tostring() or nil
  return self:add(x, { kind = "constant", name = name, bytes = bytes })
end

-- Arguments -----------------------------------------------------------------------------------

--- How many numbers an array holds.
local function length_of(name, arguments, x)
  if name == "items" then return 4 * arguments.count end
  if name == "before" or name == "after" then return x.ndim end
  for _, key in ipairs { "count", "axes", "ndim", "steps" } do
    if type(arguments[key]) == "number" then return arguments[key] end
  end
  return 0
end

--- What an item of an index does not say is whatever was there before.
local function clean_items(list)
  for at = 1, #list, 4 do
    local used = list[at] == ONE and 2 or list[at] == RANGE and 4 or 1
    for i = at + used, at + 3 do list[i] = 0 end
  end
end

local function read_array(name, pointer, arguments, x)
  if pointer == nil then return nil end
  local list = {}
  for i = 1, length_of(name, arguments, x) do list[i] = tonumber(pointer[i - 1]) end
  if name == "items" then clean_items(list) end
  return list
end

--- The numbers among the arguments, by their names, and the tensors.
function Trace:_read_arguments(record, fn)
  local operator, given, arguments = fn.operator, fn.arguments, record.arguments
  local is_array, is_input = {}, {}
  for _, at in ipairs(operator.sizes) do is_array[at] = true end
  for _, at in ipairs(operator.inputs) do is_input[at] = true end
  for at, name in ipairs(operator.names) do
    local value = given[at]
    if type(value) == "boolean" then value = value and 1 or 0 end
    if is_input[at] then
      if value ~= nil then
        local x = is_tensor(value) and value or value[0]
        record.inputs[name] = self:number_of(x)
        table.insert(record.inputs, record.inputs[name])
      end
    elseif not is_array[at] and name ~= "tag" and tonumber(value) then
      arguments[name] = tonumber(value)
    end
  end
  for at, name in ipairs(operator.names) do
    if is_array[at] then
      arguments[name] = read_array(name, given[at], arguments, fn.inputs[1])
    end
  end
  if operator.list then
    for _, x in ipairs(fn.inputs) do table.insert(record.inputs, self:number_of(x)) end
  end
  for at, name in ipairs(operator.names) do
    if name == "indices" and not is_input[at] and given[at] ~= nil then
      arguments.wants_indices = 1
    end
  end
end

--- What a call of an operator written in Lua had inside.
local function inner_values(trace, fn)
  local list = {}
  for i = 1, fn.arguments[5] do list[i] = trace:number_of(fn.arguments[6][i - 1][0]) end
  return list
end

function Trace:_record(fn)
  local is_custom = fn.operator.label == "custom"
  local record = {
    name = is_custom and fn.name or fn.operator.native_name:gsub("^dg_", ""), arguments = {},
    inputs = {}, outputs = {}, where = fn.where, layer = self._layers[#self._layers],
  }
  self:_read_arguments(record, fn)
  if is_custom then record.inner = inner_values(self, fn) end
  self.records[#self.records + 1] = record
  for i, y in ipairs(fn.outputs) do
    record.outputs[i] = self:add(y, { kind = "result", record = #self.records, place = i })
  end
end

-- Running -------------------------------------------------------------------------------------

--- Names of what a model holds, by where it lies: "l1.W".
local function names_of(model)
  local names = {}
  local function note(path, name, x)
    local whole = (path == "/" and "" or path:sub(2):gsub("/", ".") .. ".") .. name
    local address = address_of(x)
    names[address] = names[address] or whole
  end
  if not kinds.is_link(model) then return names end
  for path, link in model:namedlinks() do
    local own_names, own = link:_own_params()
    for i, param in ipairs(own) do
      if param.is_initialized then note(path, own_names[i], param) end
    end
    for _, name in ipairs(link._persistent) do
      if is_tensor(link[name]) then note(path, name, link[name]) end
    end
  end
  return names
end

local function collect(value, list, names)
  if is_tensor(value) then
    list[#list + 1] = value
  elseif type(value) == "table" and getmetatable(value) == nil then
    for _, each in ipairs(value) do collect(each, list, names) end
    local keys = {}
    for key in pairs(value) do keys[#keys + 1] = type(key) == "string" and key or nil end
    table.sort(keys)
    for _, key in ipairs(keys) do
      names[#list + 1] = is_tensor(value[key]) and key or nil
      collect(value[key], list, names)
    end
  elseif value ~= nil then
    errors.raisef("dg.onnx.export: the model returned a %s, wanted tensors", type(value))
  end
end

--- All tensors of what a model returned, tables taken apart, and the names that some have there.
local function flatten(...)
  local list, names = {}, {}
  for i = 1, select("#", ...) do collect((select(i, ...)), list, names) end
  if #list == 0 then errors.raise "dg.onnx.export: the model returned no tensor" end
  return list, names
end

local function hooks_of(trace, paths)
  local layers = trace._layers
  return { forward_postprocess = function(_, fn)
    if not fn.is_backward and not fn.is_update then trace:_record(fn) end
  end }, {
    watches_links = true,
    forward_preprocess = function(_, call)
      layers[#layers + 1] = ("%s (%s)"):format(paths[call.link] or "a layer", call.name)
    end,
    forward_postprocess = function() layers[#layers] = nil end,
  }
end

--- A copy that shares the parameters, so that the state of recurrent layers stays what it is.
--- Its running averages, which training overwrites, are its own.
local function stand_in(model, train)
  if not kinds.is_link(model) then return model, {} end
  local copy, paths = model:copy "share", {}
  for path, link in copy:namedlinks() do
    paths[link] = paths[link] or path
    for _, name in ipairs(train and link._persistent or {}) do
      if is_tensor(link[name]) then link[name] = link[name]:detach():copy() end
    end
  end
  return copy, paths
end

--- Runs a model.
---@param model dgraph.Link|fun(...): ...
---@param args dgraph.Tensor[]
---@param names string[]  of the inputs
---@param train boolean  the mode
---@param keeps_all boolean  whether the elements of parameters are wanted
---@return dgraph.onnx.Trace
local function run(model, args, names, train, keeps_all)
  local trace = setmetatable({
    values = {}, records = {}, inputs = {}, outputs = {}, results = {}, _by_key = {}, _layers = {},
    keeps_all = keeps_all,
  }, Trace)
  local mode = train and config.train_mode or config.test_mode
  trace.results = scopes.scope(function()
    local copy, paths = stand_in(model, train)
    trace._names = names_of(copy)
    local xs = {}
    for i, x in ipairs(args) do -- copies: one tensor may be given twice
      check_kind(x)
      xs[i] = x:copy()
      trace.inputs[i] = trace:add(xs[i], { kind = "input", name = names[i] })
    end
    local functions, layers = hooks_of(trace, paths)
    local outputs
    outputs, trace.output_names = flatten(mode(config.no_backprop_mode, using_hook, layers,
      using_hook, functions, copy, unpack(xs)))
    for i, y in ipairs(outputs) do trace.outputs[i] = trace:number_of(y) end
    return outputs
  end)
  trace._by_key = nil
  return trace
end

return run
