--- One application of an operator, as `y.creator` shows it.
local ffi = require "ffi"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local tensor = require "dgraph.tensor"

local C = native.C

---@class dgraph.Node
---@field name string  of the operator
---@field label string  the same
---@field inputs dgraph.Tensor[]  their elements may be gone
---@field outputs (dgraph.Tensor|false)[]  false where nothing refers to an output any more
---@field sequence integer  rises with every node that is recorded
---@field rank integer  the same
---@field where string?  "train.lua:12", the user's line that made it; in debug mode or under a hook
local fields = {}

function fields.name(node)
  local name = C.dg_node_name(node)
  if name == nil then native.raise_last() end
  return ffi.string(name)
end
fields.label = fields.name

function fields.sequence(node) return native.check(C.dg_node_sequence(node)) end
fields.rank = fields.sequence

function fields.where(node)
  native.check(C.dg_node_sequence(node))
  local origin = require("dgraph.watch.origins").of(node)
  return origin and origin.where
end

function fields.inputs(node)
  local inputs = {}
  for i = 1, native.check(C.dg_node_inputs(node)) do
    inputs[i] = native.wrap(C.dg_node_input(node, i - 1))
  end
  return inputs
end

function fields.outputs(node)
  local outputs = {}
  for i = 1, native.check(C.dg_node_outputs(node)) do
    local y = C.dg_node_output(node, i - 1)
    outputs[i] = y ~= nil and native.wrap(y)
  end
  return outputs
end

local metatable = {
  __index = function(node, key)
    local field = fields[key]
    if not field then errors.raisef("node: there is no field %s", check.spell(key)) end
    return field(node)
  end,
  __tostring = function(node)
    if C.dg_node_alive(node) == 0 then return "released node" end
    local place = node.where and " at " .. node.where or ""
    return ("node %.0f: %s%s"):format(node.sequence, node.name, place)
  end,
}

local nodes = {}

--- Takes care of a node that C returned with a new reference, or lent inside a scope.
---@param node ffi.cdata*
---@return dgraph.Node
function nodes.wrap(node)
  if native.depth == 0 then ffi.gc(node, C.dg_node_release) end
  return node
end

--- What made a tensor; nil for a leaf.
function tensor.fields.creator(x)
  local node = C.dg_creator(x)
  if node ~= nil then return nodes.wrap(node) end
  if C.dg_alive(x) == 0 then native.raise_last() end
end
tensor.fields.creator_node = tensor.fields.creator

function tensor.fields.rank(x)
  local node = tensor.fields.creator(x)
  return node and node.sequence or 0
end

local registry = debug.getregistry()
if not registry["dgraph.node"] then
  ffi.metatype("dg_node", metatable)
  registry["dgraph.node"] = true
end

return nodes
