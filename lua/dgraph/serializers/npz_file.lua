--- An .npz archive as named arrays: the zip container and the .npy format put together.
local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local elements = require "dgraph.serializers.elements"
local files = require "dgraph.utils.files"
local npy = require "dgraph.serializers.npy"
local zip = require "dgraph.serializers.zip"

local SCALAR = {
  bool = "uint8_t", uint8 = "uint8_t", int32 = "int32_t", int64 = "int64_t",
  float32 = "float", float64 = "double", -- others are never scalars here
}

---@class dgraph.NpzFile
---@field keys string[]  sorted
---@field path string  for messages
local NpzFile = {}
NpzFile.__index = NpzFile

--- Opens an archive that lies in memory; the memory must not change while it is used.
---@param bytes ffi.cdata*
---@param size integer
---@param path? string  for messages
---@param opts? dgraph.LoadArraysOptions
---@return dgraph.NpzFile? file
---@return string? message
local function from_memory(bytes, size, path, opts)
  path = path or "npz"
  local archive, message = zip.open(bytes, size)
  if not archive then return nil, ("%s: %s"):format(path, message) end
  local keys, entries = {}, {}
  for _, name in ipairs(archive.names) do
    local key = name:match("^(.+)%.npy$")
    if key then keys[#keys + 1], entries[key] = key, name end
  end
  table.sort(keys)
  return setmetatable({
    keys = keys,
    path = path,
    _archive = archive,
    _entries = entries,
    _headers = {},
    _keeps_half = opts ~= nil and opts.keep_half == true,
  }, NpzFile)
end

--- Reads an archive into memory and opens it there.
---@param path string
---@param opts? dgraph.LoadArraysOptions
---@return dgraph.NpzFile? file
---@return string? message
local function open(path, opts)
  local bytes, size = files.read(path)
  if not bytes then return nil, size end
  return from_memory(bytes, size, path, opts)
end

---@param key string
---@return boolean
function NpzFile:has(key) return self._entries[key] ~= nil end

function NpzFile:_fail(key, message) return nil, ("%s: %s: %s"):format(self.path, key, message) end

--- The header of an array, read without unpacking the rest.
---@param key string
---@return dgraph.ArrayHeader? header
---@return string? message
function NpzFile:header(key)
  if self._headers[key] then return self._headers[key] end
  local name = self._entries[key]
  if not name then return self:_fail(key, "no such array") end
  local bytes, size = self._archive:peek(name, npy.MAX_HEADER + 12)
  if not bytes then return self:_fail(key, size) end
  local header, message = npy.header(bytes, size, self._keeps_half)
  buffer.free(bytes)
  if not header then return self:_fail(key, message) end
  if header.length and header.offset + header.length ~= self._archive:size(name) then
    return self:_fail(key, "its size is not what its shape needs")
  end
  self._headers[key] = header
  return header
end

--- Unpacks an array, checks all of it, and puts its numbers where `place(header)` says.
local function read_into(file, key, place)
  local header, message = file:header(key)
  if not header then return nil, message end
  local bytes, size = file._archive:read(file._entries[key])
  if not bytes then return file:_fail(key, size) end
  local done
  done, message = npy.check(header, bytes, size)
  if done and not header.uninitialized then
    done, message = elements.decode(header, bytes, place(header))
  end
  buffer.free(bytes)
  if not done then return file:_fail(key, message) end
  return header
end

--- Reads an array as a new tensor; false when it stands for a parameter without a shape.
---@param key string
---@return dgraph.Tensor|false|nil tensor
---@return string? message
function NpzFile:tensor(key)
  local tensor = false
  local header, message = read_into(self, key, function(header)
    tensor = require "dgraph".empty(header.shape, { dtype = header.dtype, device = "cpu" })
    return tensor:pointer()
  end)
  if not header then return nil, message end
  return tensor
end

--- Reads an array of one element as a number or boolean; false, "none" when it stands for None.
---@param key string
---@return number|boolean|nil value
---@return string? message
function NpzFile:scalar(key)
  local header, message = self:header(key)
  if not header then return nil, message end
  if header.count and header.count ~= 1 then return self:_fail(key, "it is not one number") end
  local target = ffi.new("int64_t[1]")
  header, message = read_into(self, key, function() return target end)
  if not header then return nil, message end
  if header.uninitialized then return false, "none" end
  local value = tonumber(ffi.cast(SCALAR[header.dtype] .. " *", target)[0])
  if header.dtype == "bool" then return value ~= 0 end
  return value
end

--- Reads all arrays as new tensors; those that stand for nothing are left out.
---@return table<string, dgraph.Tensor>? tensors
---@return string? message
function NpzFile:tensors()
  local tensors = {}
  for _, key in ipairs(self.keys) do
    local tensor, message = self:tensor(key)
    if tensor == nil then return nil, message end
    tensors[key] = tensor or nil
  end
  return tensors
end

return { open = open, from_memory = from_memory }
