--- Gathers the state of an object in one flat Lua table, keyed by path.
local ffi = require "ffi"
local serializer = require "dgraph.serializers.serializer"

--- Stands in the table for nil and for a parameter that has no shape yet.
local none = setmetatable({}, { __tostring = function() return "none" end })

--- Makes a serializer that puts what it is given into a table. The tensors are not copied.
---@param target? table<string, any>
---@param path? string  what the keys start with
---@return dgraph.Serializer
---@return table<string, any> target
local function DictionarySerializer(target, path)
  target = target or {}
  local function store(key, value)
    if value == nil or serializer.is_uninitialized(value) then
      target[key] = none
    else
      target[key] = value
    end
    return value
  end
  return serializer.new(store, serializer.prefix(path)), target
end

--- What is to be written for one value: false for none.
---@param key string
---@param value any  what a serializer stored
---@param widens? dgraph.Dtype  what the file cannot hold, and gets as float32
---@return { shape: integer[], dtype: string, data: ffi.cdata*, size: integer, owner: any }|false
local function pack(key, value, widens)
  local kind = type(value)
  if value == none then
    return false
  elseif kind == "boolean" then
    return { shape = {}, dtype = "bool", data = ffi.new("uint8_t[1]", value and 1 or 0), size = 1 }
  elseif kind == "number" then
    if value % 1 == 0 and math.abs(value) <= 2 ^ 53 then
      return { shape = {}, dtype = "int64", data = ffi.new("int64_t[1]", value), size = 8 }
    end
    return { shape = {}, dtype = "float64", data = ffi.new("double[1]", value), size = 8 }
  elseif kind == "string" or kind == "function" or kind == "thread" or not value.dtype then
    error(("%s is a %s: only tensors, numbers and booleans can be saved"):format(key, kind), 0)
  end
  if widens and value.dtype == widens then value = value:to "float32" end
  local here = value:to "cpu"
  if not here.is_contiguous then here = here:copy() end
  return {
    shape = value.shape, dtype = value.dtype, data = here:pointer(), size = value.nbytes,
    owner = here,
  }
end

--- The keys of a table, sorted.
---@param target table<string, any>
---@return string[]
local function keys(target)
  local list = {}
  for key in pairs(target) do list[#list + 1] = key end
  table.sort(list)
  return list
end

return { pack = pack, keys = keys, DictionarySerializer = DictionarySerializer, none = none }
