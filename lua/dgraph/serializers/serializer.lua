--- The protocol of everything that writes or reads a state: `s(key, value)` and `s[key]`.
--
-- An object that can be saved has a method `serialize(self, serializer)`, which serves both ways:
--
--     function Counter:serialize(serializer)
--       self.count = serializer("count", self.count)  -- a number, boolean, tensor or nil
--       self.inner:serialize(serializer.inner)        -- its keys start with "inner/"
--     end
--
-- A serializer that saves stores the value and returns it; one that loads fills tensors in place
-- and returns what the file holds.

---@class dgraph.Serializer
---@overload fun(key: string|integer, value: any): any
---@field [string|integer] dgraph.Serializer
local Serializer = {}

--- Keys are joined by one slash, whatever slashes the parts bring along.
local function join(path, key) return path .. tostring(key):gsub("^/+", "") end

local function new(handle, path, loads)
  return setmetatable({ _handle = handle, _path = path, _loads = loads }, Serializer)
end

function Serializer:__index(key)
  local path = join(self._path, key):gsub("/*$", "") .. "/"
  return new(self._handle, path, self._loads)
end

function Serializer:__call(key, value) return self._handle(join(self._path, key), value) end

function Serializer:__tostring()
  return ("%s at %q"):format(self._loads and "deserializer" or "serializer", self._path)
end

return {
  --- Makes a serializer out of what it does with one value.
  ---@param handle fun(key: string, value: any): any  gets the whole key
  ---@param path? string  what the keys start with
  ---@param loads? boolean  it reads rather than writes
  ---@return dgraph.Serializer
  new = function(handle, path, loads) return new(handle, path or "", loads == true) end,

  --- Whether a serializer reads rather than writes.
  ---@param serializer dgraph.Serializer
  ---@return boolean
  loads = function(serializer) return rawget(serializer, "_loads") == true end,

  --- The start of the keys of `path` in a file: nothing, or the path and one slash.
  ---@param path? string
  ---@return string
  prefix = function(path)
    local trimmed = (path or ""):gsub("^/+", ""):gsub("/+$", "")
    return trimmed == "" and "" or trimmed .. "/"
  end,

  --- Whether a value is a parameter that has no shape yet.
  is_uninitialized = function(value)
    local kind = type(value)
    return (kind == "table" or kind == "cdata") and value.is_initialized == false
  end,
}
