--- Gathers the state of an object in one flat Lua table, keyed by path.
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

return { DictionarySerializer = DictionarySerializer, none = none }
