--- Parameters: leaves that learn, and whose shape may come later.
--
-- A parameter is a tensor; what belongs to it in Lua alone lies in a table beside it.
local ffi = require "ffi"
local check = require "dgraph.check"
local config = require "dgraph.config"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local structure = require "dgraph.link_structure"
local tensor = require "dgraph.tensor"

local C = native.C

---@class dgraph.ParameterAttributes
---@field initializer any  what fills it: an initializer, a number, a tensor, or nil
---@field update_rule any  how an optimizer changes it; it must not refer to the parameter

local parameters = {}

---@type table<number, dgraph.ParameterAttributes>  by the id of the tensor in C
local attributes = {}

--- Whether a value is a parameter.
---@param value any
---@return boolean
function parameters.is_parameter(value)
  return native.is_tensor(value) and attributes[C.dg_id(value)] ~= nil
end

--- What Lua knows about a parameter; an error for any other tensor.
---@param x dgraph.Tensor
---@return dgraph.ParameterAttributes
function parameters.attributes(x)
  local found = attributes[native.check(C.dg_id(x))]
  if not found then errors.raise "parameter: this tensor is no parameter" end
  return found
end

--- Fills a parameter that has its shape by its initializer; without one by NaN, so that a mistake
--- is seen.
local function fill(x, initializer)
  if initializer == nil then
    x:fill(0 / 0)
  elseif type(initializer) == "number" then
    x:fill(initializer)
  elseif native.is_tensor(initializer) or type(initializer) == "table"
      and getmetatable(initializer) == nil then
    x:copydata(initializer)
  else
    initializer(x)
  end
end

--- What is called instead of filling a parameter, with its shape: nil as a rule.
local blank

--- Calls `f(...)`; parameters that get a shape meanwhile are not filled, because a file will do
--- that, and draw no random numbers. `see` is told each shape before it is allocated.
---@param see fun(shape: integer|integer[])
---@param f function
---@param ... any
---@return boolean done  as of pcall
---@return any ...
function parameters.unfilled(see, f, ...)
  local before = blank
  blank = see
  local function restore(...)
    blank = before
    return ...
  end
  return restore(pcall(f, ...))
end

--- Whether `unfilled` is at work.
---@return boolean
function parameters.is_unfilled() return blank ~= nil end

--- Gives a parameter its shape, and its first elements by its initializer.
---@param x dgraph.Tensor
---@param shape integer|integer[]
function tensor.methods.initialize(x, shape)
  local own = parameters.attributes(x)
  local ndim = check.shape(shape, "initialize")
  if blank then blank(shape) end
  native.check(C.dg_initialize(x, ndim, check.sizes))
  if not blank then fill(x, own.initializer) end
end

local function field(name)
  tensor.fields[name] = function(x)
    local own = attributes[native.check(C.dg_id(x))]
    return own and own[name]
  end
  tensor.setters[name] = function(x, value)
    parameters.attributes(x)[name] = value
    structure.changed() -- so that optimizers look at their rules again
  end
end

field "initializer"
field "update_rule"

--- Keeps a new tensor alive as long as Lua refers to it, scopes or not.
local function adopt(x, initializer)
  local id = C.dg_id(x)
  if native.depth > 0 then C.dg_keep(x) end
  attributes[id] = { initializer = initializer }
  return ffi.gc(x, function(handle)
    attributes[id] = nil
    C.dg_release(handle)
  end)
end

--- A parameter. Its shape may be left open until `parameter:initialize(shape)`.
---@param initializer? dgraph.Initializer|number|dgraph.Tensor|table  a tensor gives the shape too
---@param shape? integer|integer[]
---@param name? string
---@return dgraph.Tensor
function parameters.new(initializer, shape, name)
  local id
  if native.is_tensor(initializer) then
    id, shape = C.dg_dtype_of(initializer), shape or initializer.shape
  else
    local dtype = type(initializer) == "table" and initializer.dtype or config.values.dtype
    id = dtypes.id(dtype, "dg.Parameter")
    if shape == nil and type(initializer) == "table" and getmetatable(initializer) == nil then
      initializer = require "dgraph.create".tensor(initializer, dtype)
      shape = initializer.shape
    end
  end
  local x = C.dg_parameter(id)
  if x == nil then native.raise_last() end
  x = adopt(x[0], initializer)
  if name then x.name = name end
  if shape then x:initialize(shape) end
  return x
end

--- Makes a tensor a parameter: one that shares its elements, where `dg.Parameter(tensor)` copies.
---@param x dgraph.Tensor  a leaf
---@param initializer? dgraph.Initializer|number|dgraph.Tensor|table
---@return dgraph.Tensor x
function parameters.from(x, initializer)
  x.requires_grad = true
  native.check(C.dg_count_as_parameter(x))
  return adopt(x, initializer)
end

return setmetatable(parameters, {
  __call = function(_, ...) return parameters.new(...) end,
})
