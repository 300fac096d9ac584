--- What an operator of ONNX gets to know of its place in the graph.
local errors = require "dgraph.errors"

---@class dgraph.OnnxNode
---@field kind string  the name of the operator
---@field attributes table<string, any>
---@field opset integer
---@field inputs integer  how many the graph gives
---@field outputs integer  how many results the graph wants
---@field gives_list boolean?  its results come as one list
local Node = {}
Node.__index = Node

---@return dgraph.OnnxNode
function Node.new(kind, attributes, opset, inputs, outputs)
  return setmetatable({ kind = kind, attributes = attributes, opset = opset, inputs = inputs,
    outputs = outputs, gives_list = kind == "Split" or nil, _known = {} }, Node)
end

--- Raises an error that names the operator, at the line that called the model.
function Node:refuse(message, ...)
  errors.raisef("OnnxModel: " .. self.kind .. ": " .. message, ...)
end

--- An attribute, or what stands for it where it is left out.
function Node:get(name, default)
  local value = self.attributes[name]
  if value == nil then return default end
  return value
end

--- An attribute that has to be there.
function Node:need(name)
  local value = self.attributes[name]
  if value == nil then self:refuse("the attribute %s is missing", name) end
  return value
end

--- Refuses what no one but this value would do.
function Node:only(name, value)
  local got = self:get(name, value)
  if got ~= value then
    self:refuse("the attribute %s is %s, only %s is supported", name, tostring(got),
      tostring(value))
  end
end

local function flatten(value, list)
  if type(value) ~= "table" then
    list[#list + 1] = tonumber(value) or (value and 1 or 0)
    return list
  end
  for _, part in ipairs(value) do flatten(part, list) end
  return list
end

--- The numbers of a tensor, one after the other.
function Node.numbers_of(tensor) return flatten(tensor:totable(), {}) end

--- Notes that input i is always this tensor, so that it need not be read at each run.
function Node:know(i, tensor) self._known[i] = Node.numbers_of(tensor) end

--- The numbers of input i, which is `tensor`; nil where that is left out.
---@return number[]?
function Node:numbers(i, tensor)
  if self._known[i] then return self._known[i] end
  return tensor and Node.numbers_of(tensor)
end

--- The numbers of the attribute that older operator sets have in the place of input i.
function Node:numbers_or(name, i, tensor)
  return self.attributes[name] or self:numbers(i, tensor)
end

--- An axis of ours for one that counts from 0, or from -1 at the end.
---@param axis integer
---@param ndim integer
---@return integer
function Node:axis(axis, ndim)
  local ours = axis < 0 and axis + ndim + 1 or axis + 1
  if ours < 1 or ours > ndim then
    self:refuse("there is no axis %d of %d", axis, ndim)
  end
  return ours
end

function Node:axes(list, ndim)
  local ours = {}
  for i, axis in ipairs(list) do ours[i] = self:axis(axis, ndim) end
  return ours
end

return Node
