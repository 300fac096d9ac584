--- Writing models as .onnx files: `dg.onnx.export`.
--
-- The model runs once with example inputs while a hook writes down what it calls (trace.lua); where
-- sizes stay open it runs again with larger ones (sizes.lua), and once more with other values, to
-- see that nothing hangs on these. Then each call that the results come from becomes nodes
-- (rules/). At the end the file is read back and has to compute the same.
local Call = require "dgraph.onnx.export.call"
local F = require "dgraph.functions"
local Graph = require "dgraph.onnx.export.graph"
local check = require "dgraph.check"
local config = require "dgraph.config"
local create = require "dgraph.create"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local ffi = require "ffi"
local files = require "dgraph.utils.files"
local kinds = require "dgraph.link_kinds"
local native = require "dgraph.native"
local onnx_file = require "dgraph.onnx.file"
local rules = require "dgraph.onnx.export.rules"
local sizes = require "dgraph.onnx.export.sizes"
local trace_model = require "dgraph.onnx.export.trace"

local WHO = "dg.onnx.export"
local OLDEST, NEWEST, DEFAULT = 13, 22, 17

--- The version of the file format that goes with an operator set.
local function ir_version(opset) return opset <= 18 and 8 or opset <= 20 and 9 or 10 end

---@class dgraph.onnx.ExportOptions
---@field opset_version integer?  of ONNX's operators: 13 to 22, 17 by default
---@field input_names string[]?  "input_0" ... by default
---@field output_names string[]?  those of a table that the model returns, or "output_0" ...
---@field graph_name string?  "Graph" by default
---@field train boolean?  export what the model does in training; false by default
---@field dynamic_batch boolean?  the first axis of all inputs may have any size, "batch"
---@field dynamic_axes table<string, table<integer, string>>?  for inputs by their names: the axes
---  that may have any size, with the name of that size: `{ x = { [1] = "batch" } }`
---@field custom table<string, fun(call: dgraph.onnx.Call): string ...>?  how functions become
---  nodes, by their names
---@field verify boolean?  true by default: see that the model does the same with other values, read
---  the file back and compare

local OPTIONS = {
  opset_version = true, input_names = true, output_names = true, graph_name = true, train = true,
  dynamic_batch = true, dynamic_axes = true, custom = true, verify = true,
}

-- Arguments -----------------------------------------------------------------------------------

--- What is said of the names of inputs or outputs.
local function names_for(list, count, prefix)
  local names = {}
  for i = 1, count do names[i] = list and list[i] or ("%s_%d"):format(prefix, i - 1) end
  local seen = {}
  for _, name in ipairs(names) do
    if type(name) ~= "string" or name == "" then
      errors.raisef("%s: a name is a text, got %s", WHO, check.spell(name))
    end
    if seen[name] then errors.raisef("%s: two values are named %q", WHO, name) end
    seen[name] = true
  end
  return names
end

local function check_path(path)
  if type(path) == "string" then return end
  errors.raisef("%s: a file or folder is a text, got %s", WHO, check.spell(path))
end

local function check_arguments(model, args, options)
  check.callable(model, WHO)
  if native.is_tensor(args) then args = { args } end
  local _, count = check.tensors(args, WHO, "args")
  if count == 0 then errors.raisef("%s: args has no tensor", WHO) end
  options = check.options(options, WHO, OPTIONS)
  local opset = options.opset_version or DEFAULT
  if type(opset) ~= "number" or opset % 1 ~= 0 or opset < OLDEST or opset > NEWEST then
    errors.raisef("%s: opset_version is %d to %d, got %s", WHO, OLDEST, NEWEST, check.spell(opset))
  end
  return args, options, opset
end

--- The axes of each input that have an open size: `{ [1] = { [1] = "batch" } }`.
local function open_axes(args, names, options)
  local axes, by_name = {}, {}
  for i, name in ipairs(names) do
    axes[i], by_name[name] = {}, i
    if options.dynamic_batch and args[i].ndim > 0 then axes[i][1] = "batch" end
  end
  for name, list in pairs(options.dynamic_axes or {}) do
    local at = by_name[name]
    if not at then
      errors.raisef("%s: dynamic_axes: there is no input %s", WHO, check.spell(name))
    end
    for axis, size_name in pairs(list) do
      if type(axis) ~= "number" or axis < 1 or axis > args[at].ndim or axis % 1 ~= 0 then
        errors.raisef("%s: dynamic_axes: %s has no axis %s", WHO, name, check.spell(axis))
      end
      axes[at][axis] = size_name
    end
  end
  return axes
end

--- Where each open size is to be seen.
local function places_of(args, axes)
  local places = {}
  for i, list in ipairs(axes) do
    for axis, name in pairs(list) do
      local size, known = args[i].shape[axis], places[name]
      if size == 0 then errors.raisef("%s: an example of size 0 along %q", WHO, name) end
      if known and known.size ~= size then
        errors.raisef("%s: the size %q is %d in one input and %d in another", WHO, name, known.size,
          size)
      end
      places[name] = places[name] or { input = i, axis = axis, size = size }
    end
  end
  return places
end

--- Inputs with `more` places along the axes of an open size (nil: of all), the last one repeated.
local function grow(args, axes, name, more)
  local grown = {}
  for i, x in ipairs(args) do
    for axis, each in pairs(axes[i]) do
      if name == nil or each == name then
        local list = { x }
        for _ = 1, more do
          local key = {}
          for k = 1, x.ndim do key[k] = k == axis and { -1, -1 } or {} end
          list[#list + 1] = x[key]
        end
        x = F.concat(list, axis)
      end
    end
    grown[i] = x
  end
  return grown
end

--- Inputs of the same sizes with other values, as valid as the first: the same in reverse order,
--- and floats smaller.
local function change(args)
  local changed = {}
  for i, x in ipairs(args) do
    local y = x.ndim > 0 and F.copy(F.flip(x)) or x
    changed[i] = dtypes.names_float(x.dtype) and y * 0.75 or y
  end
  return changed
end

--- What depends on the values of the inputs in a way that a graph cannot tell: numbers that were
--- read, branches, tensors that were filled by assignment.
---@return string?
local function dependence(model, args, trace, names, train)
  local done, other = pcall(trace_model, model, change(args), names, train, false)
  return done and sizes.difference(trace, other) or nil -- the model may refuse these values
end

-- From calls to nodes -------------------------------------------------------------------------

--- What a call is computed from, and how.
local function rule_of(record, trace, custom)
  local rule = custom[record.name]
  if rule then return rule, record.inputs end
  if record.inner then return nil, record.inner end
  rule = rules.rules[record.name]
  local needs = rules.needs[record.name]
  return rule, needs and needs(record, trace) or record.inputs
end

--- Which calls the results come from.
local function find_used(trace, custom)
  local used, wanted = {}, {}
  for _, number in ipairs(trace.outputs) do wanted[number] = true end
  for i = #trace.records, 1, -1 do
    local record = trace.records[i]
    for _, number in ipairs(record.outputs) do used[i] = used[i] or wanted[number] end
    if used[i] then
      local _, inputs = rule_of(record, trace, custom)
      for _, number in ipairs(inputs) do wanted[number] = true end
    end
  end
  return used
end

local function add_call(graph, record, custom)
  local rule = rule_of(record, graph.trace, custom)
  if not rule and record.inner then -- it is what its forward did
    for i, number in ipairs(record.inner) do
      graph:bind(record.outputs[i], graph:name_of(number))
    end
    return
  end
  if not rule then
    errors.raisef("%s: %s: there is no operator of ONNX for it (options.custom.%s may tell one)",
      WHO, sizes.place_of(record), record.name)
  end
  local layer = record.layer and record.layer:match "^/(%S+)"
  graph.layer = layer and layer:gsub("/", ".")
  local names = { rule(Call.new(graph, record)) }
  for i, number in ipairs(record.outputs) do
    if type(names[i]) ~= "string" then
      errors.raisef("%s: the rule for %s returned no name for result %d", WHO, record.name, i)
    end
    graph:bind(number, names[i])
  end
end

local function build(trace, opset, places, names, options)
  local custom = options.custom or {}
  local graph, used = Graph.new(trace, opset, places, names), find_used(trace, custom)
  for i, record in ipairs(trace.records) do
    if used[i] then add_call(graph, record, custom) end
  end
  graph.layer = nil
  graph:finish(names)
  return graph
end

local function message_of(graph, names, axes, options)
  local trace, inputs, outputs = graph.trace, {}, {}
  for i, number in ipairs(trace.inputs) do
    local value = trace.values[number]
    local shape = graph:describe(value.shape)
    for axis, name in pairs(axes[i]) do shape[axis] = name end
    inputs[i] = onnx_file.value_message(value.name, value.dtype, shape)
  end
  for i, number in ipairs(trace.outputs) do
    local value = trace.values[number]
    outputs[i] = onnx_file.value_message(names[i], value.dtype, graph:describe(value.shape))
  end
  local opsets = { { domain = "", version = graph.opset } }
  for domain in pairs(graph.domains) do opsets[#opsets + 1] = { domain = domain, version = 1 } end
  table.sort(opsets, function(a, b) return a.domain < b.domain end)
  return {
    ir_version = ir_version(graph.opset), producer = "dgraph",
    producer_version = require("dgraph")._VERSION, opsets = opsets,
    graph = {
      name = options.graph_name or "Graph", nodes = graph.nodes, initializers = graph.initializers,
      inputs = inputs, outputs = outputs,
    },
  }
end

-- Reading back --------------------------------------------------------------------------------

--- The largest difference, as a part of the largest element; infinite where one alone is NaN.
local function difference(a, b)
  if a.size == 0 then return 0 end
  a, b = F.cast(a, "float64"), F.cast(b, "float64")
  local same = F.logical_or(F.eq(a, b), F.logical_and(F.isnan(a), F.isnan(b)))
  local apart = F.max(F.where(same, create.zeros_like(a), F.abs(a - b))):item()
  local scale = F.max(F.where(F.isfinite(a), F.abs(a), create.zeros_like(a))):item()
  return apart == apart and apart / math.max(scale, 1) or math.huge
end

local CLOSE = 1e-4

local function compare(bytes, args, results, what)
  local loaded, message = require("dgraph.onnx").from_memory(
    ffi.cast("const uint8_t *", bytes), #bytes, WHO)
  if not loaded then errors.raisef("%s: the file cannot be read back: %s", WHO, message) end
  local got = { config.test_mode(config.no_backprop_mode, loaded, unpack(args)) }
  for i, y in ipairs(results) do
    local is_same = got[i].dtype == y.dtype and table.concat(got[i].shape, "x")
      == table.concat(y.shape, "x")
    if not is_same or difference(y, got[i]) > CLOSE then
      errors.raisef("%s: read back, the file computes something else than the model%s (result %d); "
        .. "options.verify = false writes it all the same", WHO, what, i)
    end
  end
end

-- What users call -----------------------------------------------------------------------------

--- Parameters get their shapes from a first run, which leaves no state behind and learns nothing.
local function initialize(model, args)
  if not kinds.is_link(model) then return end
  local is_waiting = false
  for param in model:params() do is_waiting = is_waiting or not param.is_initialized end
  if not is_waiting then return end
  config.test_mode(config.no_backprop_mode, model, unpack(args))
  for link in model:links() do
    if link.reset_state then link:reset_state() end
  end
end

--- The bytes of a file, and what the model computed.
local function convert(model, args, options, opset)
  local train = options.train == true
  local names = names_for(options.input_names, #args, "input")
  local axes = open_axes(args, names, options)
  local places, others = places_of(args, axes), {}
  initialize(model, args)
  local trace = trace_model(model, args, names, train, true)
  local checks = options.verify ~= false
  local what = checks and dependence(model, args, trace, names, train)
  for name in pairs(places) do
    others[name] = trace_model(model, grow(args, axes, name, 1), names, train, false)
  end
  sizes.merge(trace, others)
  local given = options.output_names or trace.output_names
  local output_names = names_for(given, #trace.outputs, "output")
  local graph = build(trace, opset, places, output_names, options)
  if what then
    errors.raisef("%s: with other values of its inputs the model is another (%s), and the file "
      .. "would be right for these alone; options.verify = false writes it all the same", WHO, what)
  end
  local bytes = onnx_file.encode(message_of(graph, output_names, axes, options))
  if checks and not graph.draws and next(graph.domains) == nil then
    compare(bytes, args, trace.results, "")
    if next(places) then
      local larger = grow(args, axes, nil, 2)
      local results = trace_model(model, larger, names, train, false).results
      compare(bytes, larger, results, " for inputs of other sizes")
    end
  end
  return bytes, trace, names, output_names
end

local export = {}

--- Writes a model as an .onnx file, which ONNX Runtime and others run: it computes what the model
--- does with inputs of these shapes and dtypes. The model runs with `args` (in test mode, recording
--- nothing, as a copy that shares the parameters), what it calls is written down, and the file is
--- read back to see that it computes the same. Ids and positions count from 1 in the file too,
--- since they are inputs of this model. Errors: an operator that has none in ONNX (it and its layer
--- are named), a tensor that was overwritten, a size that cannot stay open, a model that depends on
--- the values of its inputs, as by branches or `item`.
--- Source: names and options are those of onnx_chainer; https://onnx.ai/onnx/intro/concepts.html.
---@param model dgraph.Link|fun(...): dgraph.Tensor ...
---@param args dgraph.Tensor|dgraph.Tensor[]  example inputs
---@param filename string?  nil: the bytes of the file are returned
---@param options dgraph.onnx.ExportOptions?
---@return true|string? done  or the bytes
---@return string? message  why it could not be written
function export.export(model, args, filename, options)
  local opset
  if filename ~= nil then check_path(filename) end
  args, options, opset = check_arguments(model, args, options)
  local bytes = convert(model, args, options, opset)
  if filename == nil then return bytes end
  return files.write(filename, bytes)
end

local function tensor_bytes(name, x)
  return onnx_file.encode_tensor(
    onnx_file.tensor_message(name, x.dtype, x.shape, x:tostring()))
end

--- Writes a model with what it computes, as ONNX's own tests are laid out: `model.onnx`, and in
--- `test_data_set_0` a file `input_0.pb` for each input and `output_0.pb` for each result.
---@param model dgraph.Link|fun(...): dgraph.Tensor ...
---@param args dgraph.Tensor|dgraph.Tensor[]
---@param out_dir string  a folder, made if it is not there
---@param options dgraph.onnx.ExportOptions?
---@return true? done
---@return string? message
function export.export_testcase(model, args, out_dir, options)
  local opset
  check_path(out_dir)
  args, options, opset = check_arguments(model, args, options)
  local bytes, trace, names, output_names = convert(model, args, options, opset)
  local folder = out_dir .. "/test_data_set_0"
  local done, message = files.make_folder(folder)
  if done then done, message = files.write(out_dir .. "/model.onnx", bytes) end
  for i, x in ipairs(args) do
    local path = ("%s/input_%d.pb"):format(folder, i - 1)
    if done then done, message = files.write(path, tensor_bytes(names[i], x)) end
  end
  for i, y in ipairs(trace.results) do
    local path = ("%s/output_%d.pb"):format(folder, i - 1)
    if done then done, message = files.write(path, tensor_bytes(output_names[i], y)) end
  end
  if done then return true end
  return nil, message
end

return export
