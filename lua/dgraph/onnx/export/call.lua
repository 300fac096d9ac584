--- One call of a function while it becomes nodes: what rules, and those of `options.custom`, get.
local errors = require "dgraph.errors"
local sizes = require "dgraph.onnx.export.sizes"

---@class dgraph.onnx.Call
---@field name string  of the function: "convolution"
---@field opset integer  the version of ONNX's operators that the file is for
---@field record dgraph.onnx.Record
---@field graph dgraph.onnx.Graph
local Call = {}
Call.__index = Call

---@return dgraph.onnx.Call
function Call.new(graph, record)
  return setmetatable({
    name = record.name, opset = graph.opset, record = record, graph = graph,
  }, Call)
end

--- Raises an error that names the function, the layer and the line.
---@param message string
---@param ... any
function Call:refuse(message, ...)
  errors.raisef("dg.onnx.export: %s: %s", sizes.place_of(self.record), message:format(...))
end

-- Tensors -------------------------------------------------------------------------------------

local function value_of(self, key) return self.graph.trace.values[self.record.inputs[key]] end

--- How many tensors there are.
---@return integer
function Call:count() return #self.record.inputs end

--- The name of an input in the file; nil where it was left out.
---@param key integer|string  its number, or what c/dgraph.h calls it
---@return string?
function Call:input(key)
  local number = self.record.inputs[key]
  return number and self.graph:name_of(number)
end

--- The shape of an input; open sizes are tables (export/sizes.lua).
---@return (integer|dgraph.onnx.Size)[]
function Call:shape(key) return value_of(self, key).shape end

---@return integer
function Call:ndim(key) return #self:shape(key) end

---@return dgraph.Dtype
function Call:dtype(key) return value_of(self, key).dtype end

--- The shape of a result, the first by default.
function Call:output_shape(i) return self.graph.trace.values[self.record.outputs[i or 1]].shape end

---@return dgraph.Dtype
function Call:output_dtype(i) return self.graph.trace.values[self.record.outputs[i or 1]].dtype end

--- A size of an input, which must not be open.
---@return integer
function Call:size(key, axis)
  local size = self:shape(key)[axis]
  if sizes.is_open(size) then self:refuse("the size of axis %d must not be open", axis) end
  return size
end

--- An axis from 0, for one that may count from the end.
function Call.axis(_, axis, ndim) return axis < 0 and axis + ndim or axis end

-- Arguments -----------------------------------------------------------------------------------

--- An argument that is a number, by the name that c/dgraph.h has for it. Axes count from 0 there.
---@param name string
---@return number
function Call:number(name)
  local value = self.record.arguments[name]
  if sizes.is_open(value) then self:refuse("%s depends on an open size", name) end
  return value
end

--- An argument that is a list of numbers; nil where C got NULL.
---@param name string
---@return number[]?
function Call:list(name)
  local list = self.record.arguments[name]
  for _, value in ipairs(list or {}) do
    if sizes.is_open(value) then self:refuse("%s depends on an open size", name) end
  end
  return list
end

--- A list of sizes, some of which may be open.
function Call:sizes(name) return self.record.arguments[name] end

--- The axes of a reduction: all of them where none was given.
---@return integer[]
function Call:axes()
  local list = {}
  for i, axis in ipairs(self:list "axes" or {}) do list[i] = self:axis(axis, self:ndim "x") end
  if #list == 0 then
    for i = 1, self:ndim "x" do list[i] = i - 1 end
  end
  return list
end

-- Nodes ---------------------------------------------------------------------------------------

--- Adds a node: `call:node("Conv", { x, W }, { group = 2, alpha = { float = 0.1 } })`.
---@param kind string
---@param inputs (string|false)[]
---@param attributes table<string, any>?
---@param count integer?  how many results: 1 by default
---@param domain string?  ONNX's own by default
---@return string ...  the names of the results
function Call:node(kind, inputs, attributes, count, domain)
  return self.graph:node(kind, inputs, attributes, count, domain)
end

--- A number as a tensor without axes, of the dtype of the result if nothing else is said.
---@return string
function Call:scalar(value, dtype)
  return self.graph:constant({ value }, dtype or self:output_dtype(), {})
end

--- A tensor of numbers.
function Call:constant(numbers, dtype, shape) return self.graph:constant(numbers, dtype, shape) end

--- A list of whole numbers as a tensor.
function Call:integers(list) return self.graph:integers(list) end

--- A list of sizes as a tensor.
function Call:size_list(list)
  return self.graph:size_list(list) or self:refuse("a size depends on two open sizes")
end

--- x in another shape.
---@param x string
---@param from (integer|dgraph.onnx.Size)[]  its shape
---@param to (integer|dgraph.onnx.Size)[]
function Call:reshape(x, from, to)
  local list = self.graph:reshape_list(from, to)
  return self:node("Reshape", { x, list or self:refuse("two sizes depend on two open sizes") })
end

function Call:unsqueeze(x, axes) return self:node("Unsqueeze", { x, self:integers(axes) }) end
function Call:squeeze(x, axes) return self:node("Squeeze", { x, self:integers(axes) }) end

--- The part of an axis from one place to before another, from 0.
function Call:slice(x, axis, from, to, step)
  return self:node("Slice", {
    x, self:size_list { from }, self:size_list { to }, self:integers { axis },
    step and step ~= 1 and self:integers { step },
  })
end

--- Positions from 0 for those of an input, which count from `base`.
---@param key string
---@param base integer  0 or 1
---@param may_end boolean?  whether negative ones count from the end, which they do from any base
---@return string
function Call:positions(key, base, may_end)
  local at, dtype = self:input(key), self:dtype(key)
  if dtype == "uint8" then at, dtype = self:cast(at, "int64"), "int64" end
  if base == 0 then return at end
  local shift = self:scalar(base, dtype)
  if may_end then
    shift = self:cast(self:node("Greater", { at, self:scalar(0, dtype) }), dtype)
  end
  return self:node("Sub", { at, shift })
end

--- A reduction over axes, which are an attribute of most up to operator set 17.
function Call:reduce(kind, x, axes, keepdims)
  if kind == "ReduceSum" or self.opset >= 18 then
    return self:node(kind, { x, self:integers(axes) }, { keepdims = keepdims })
  end
  return self:node(kind, { x }, { axes = axes, keepdims = keepdims })
end

--- x in another dtype.
function Call:cast(x, dtype)
  local data_type = require("dgraph.onnx.file").data_type(dtype)
  return self:node("Cast", { x }, { to = data_type })
end

--- A tensor with as many ones at the end of its shape that it spreads over `ndim` axes, its first
--- axis being axis `axis` of those.
function Call:spread(key, axis, ndim)
  local shape, to = self:shape(key), {}
  local x = self:input(key)
  if #shape + axis >= ndim then return x end
  for i, size in ipairs(shape) do to[i] = size end
  for _ = #shape + axis + 1, ndim do to[#to + 1] = 1 end
  return self:reshape(x, shape, to)
end

return Call
