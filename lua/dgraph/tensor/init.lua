--- The tensor in Lua: what `x.name`, `x:method()`, `x[...]` and the operators mean.
--
-- A tensor is the handle itself, so its behaviour is one metatable for all of them. Other modules
-- add to it: methods, fields that are computed when read, and fields that can be set.
local ffi = require "ffi"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local registry = debug.getregistry()
if registry["dgraph.tensor"] then return registry["dgraph.tensor"] end

local C = native.C

---@class dgraph.Tensor
---@field shape integer[]  sizes of the axes
---@field ndim integer
---@field dtype dgraph.Dtype
---@field device string
---@field size integer  how many elements
---@field nbytes integer
---@field itemsize integer
---@field strides integer[]  in elements
---@field data dgraph.Tensor  the elements without the graph; can be set, which copies
---@field array dgraph.Tensor  the same
---@field grad dgraph.Tensor?  can be set; an error for a result whose gradient was not kept
---@field grad_var dgraph.Tensor?  the same
---@field creator dgraph.Node?  what made it; nil for a leaf
---@field creator_node dgraph.Node?  the same
---@field requires_grad boolean  can be set for a leaf
---@field is_leaf boolean
---@field is_contiguous boolean
---@field is_initialized boolean  false for a parameter that waits for its shape
---@field name string?  can be set
---@field label string  dtype and shape, as text
---@field rank integer  where it stands in the graph: 0 for a leaf
---@field version integer  how often its elements were overwritten
---@field id number
---@field T dgraph.Tensor  axes in reverse order
---@operator add(dgraph.Tensor|number): dgraph.Tensor
---@operator sub(dgraph.Tensor|number): dgraph.Tensor
---@operator mul(dgraph.Tensor|number): dgraph.Tensor
---@operator div(dgraph.Tensor|number): dgraph.Tensor
---@operator mod(dgraph.Tensor|number): dgraph.Tensor
---@operator pow(dgraph.Tensor|number): dgraph.Tensor
---@operator unm: dgraph.Tensor
---@operator len: integer

local tensor = {
  ---@type table<string, function>  `x:name(...)`
  methods = {},
  ---@type table<string, fun(x: dgraph.Tensor): any>  `x.name`
  fields = {},
  ---@type table<string, fun(x: dgraph.Tensor, value: any)>  `x.name = value`
  setters = {},
  ---@type table  the metatable; its metamethods are set before any tensor is made
  metatable = {},
}

local methods, fields, setters = tensor.methods, tensor.fields, tensor.setters

local function unknown(key)
  if type(key) ~= "string" then
    errors.raisef("tensor: %s is no index (numbers, tables of them, tensors)", check.spell(key))
  end
  if setters[key] or fields[key] then errors.raisef("tensor: field %q can only be set", key) end
  errors.raisef("tensor: there is no field or method %q", key)
end

--- `x[key]` and `x[key] = value`, for other keys than names; set by dgraph.tensor.indexing.
tensor.index, tensor.index_set = unknown, unknown

function tensor.metatable.__index(x, key)
  local method = methods[key]
  if method ~= nil then return method end
  local field = fields[key]
  if field ~= nil then return field(x) end
  if type(key) == "string" then unknown(key) end
  return tensor.index(x, key)
end

function tensor.metatable.__newindex(x, key, value)
  local setter = setters[key]
  if setter ~= nil then return setter(x, value) end
  if type(key) ~= "string" then return tensor.index_set(x, key, value) end
  if fields[key] then errors.raisef("tensor: field %q cannot be set", key) end
  unknown(key)
end

tensor.metatable.__eq = native.same

--- `#x`: the size of the first axis.
function tensor.metatable.__len(x)
  local size = C.dg_dim(x, 0)
  if size < 0 then
    if C.dg_ndim(x) == 0 then
      C.dg_error_clear()
      errors.raise("tensor: a tensor without axes has no length")
    end
    native.raise_last()
  end
  return size
end

--- Adds a method.
---@param name string
---@param f fun(x: dgraph.Tensor, ...): any
function tensor.method(name, f) methods[name] = f end

--- Gives all tensors their metatable. To be called once, when the operators are there.
function tensor.seal()
  if not registry["dgraph.tensor"] then
    ffi.metatype("dg_tensor", tensor.metatable)
    registry["dgraph.tensor"] = tensor
  end
end

return tensor
