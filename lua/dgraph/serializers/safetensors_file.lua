--- Reading .safetensors: a JSON header that says where each tensor lies, and the tensors.
--
-- Nothing in a file is believed. All of the header is checked against the size of the file before
-- the first allocation: no key twice, no unknown dtype, and the tensors tile the rest of the file
-- without holes or overlap, so that no byte has two meanings or none.
local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local elements = require "dgraph.serializers.elements"
local files = require "dgraph.utils.files"
local json = require "dgraph.serializers.json"
local zlib = require "dgraph.utils.zlib"

local safetensors_file = {}

local kinds = elements.kinds

local KINDS = {
  BOOL = kinds.b1, U8 = kinds.u1, I8 = kinds.i1, I16 = kinds.i2, U16 = kinds.u2, I32 = kinds.i4,
  U32 = kinds.u4, I64 = kinds.i8, F16 = kinds.f2, BF16 = kinds.bfloat16, F32 = kinds.f4,
  F64 = kinds.f8,
}

local MAX_HEADER = 1e8

--- What dgraph's own files add to the metadata: a checksum of the whole file, taken with zeros in
--- its own place, and the keys of values that are nil.
safetensors_file.CHECKSUM, safetensors_file.NONE = "dgraph.crc32", "dgraph.none"

--- Raises inside `from_memory`; turned into `nil, message` there.
local function refuse(message, ...) error({ message = message:format(...) }, 0) end

local function is_size(value) return type(value) == "number" and value >= 0 and value % 1 == 0 end

local function is_sizes(value)
  if not json.is_array(value) then return false end
  for _, size in ipairs(value) do
    if not is_size(size) then return false end
  end
  return true
end

--- The text of the header and where the tensors start.
local function read_text(bytes, size)
  if size < 8 then refuse("not a safetensors file: only %.0f bytes", size) end
  local length = buffer.u64(bytes, 0)
  if length > MAX_HEADER then refuse("not a safetensors file: its header is too long") end
  if 8 + length > size then refuse("the header is cut off") end
  local text = ffi.string(bytes + 8, length)
  if text:sub(1, 1) ~= "{" then refuse("not a safetensors file") end
  return text, 8 + length
end

local FIELDS = { dtype = true, shape = true, data_offsets = true }

local function read_entry(key, entry, start, keeps_half)
  if not json.is_object(entry) then refuse("%s: no description", key) end
  for field in pairs(entry) do
    if not FIELDS[field] then refuse("%s: an odd field %q", key, field) end
  end
  local kind, offsets = KINDS[entry.dtype], entry.data_offsets
  if not kind then refuse("%s: the dtype %s is not supported", key, tostring(entry.dtype)) end
  if not is_sizes(entry.shape) then refuse("%s: no shape", key) end
  if not (is_sizes(offsets) and #offsets == 2) then refuse("%s: no data_offsets", key) end
  local header = {
    shape = { unpack(entry.shape, 1, math.min(#entry.shape, 100)) },
    offset = start + offsets[1],
    uninitialized = false,
    _big = false,
  }
  local done, message = elements.describe(header, kind, keeps_half)
  if not done then refuse("%s: %s", key, message) end
  if offsets[2] - offsets[1] ~= header.length then
    refuse("%s: %.0f bytes where its shape needs %.0f", key, offsets[2] - offsets[1],
      header.length)
  end
  return header
end

--- Every byte after the header belongs to exactly one tensor.
local function check_tiles(headers, keys, start, size)
  local order = { unpack(keys) }
  table.sort(order, function(a, b)
    local x, y = headers[a], headers[b]
    if x.offset ~= y.offset then return x.offset < y.offset end
    return x.length < y.length
  end)
  local at = start
  for _, key in ipairs(order) do
    local header = headers[key]
    if header.offset ~= at then refuse("%s: a hole or an overlap before it", key) end
    at = at + header.length
  end
  if at ~= size then refuse("%.0f bytes of tensors where the header wants %.0f", size - start,
    at - start) end
end

local function read_metadata(metadata)
  if metadata == nil then return {} end
  if not json.is_object(metadata) then refuse("odd metadata") end
  for key, text in pairs(metadata) do
    if type(text) ~= "string" then refuse("the metadata %q is no text", key) end
  end
  return metadata
end

--- Compares the checksum, where the file has one.
local function check_sum(bytes, size, text, metadata)
  local wanted = metadata[safetensors_file.CHECKSUM]
  if not wanted then return end
  local mark = ('"%s":"%s"'):format(safetensors_file.CHECKSUM, wanted)
  local _, finish = text:find(mark, 1, true)
  if not finish or #wanted ~= 8 then refuse("its checksum is damaged") end
  local at = 8 + finish - 1 -- behind the eight digits
  local sum = zlib.crc32(bytes, at - 8)
  sum = zlib.crc32("00000000", 8, sum)
  sum = zlib.crc32(bytes + at, size - at, sum)
  if ("%08x"):format(sum) ~= wanted then
    refuse("the checksum is wrong: the file is damaged, or was changed by another program that "
      .. "kept the metadata")
  end
end

local function read_file(bytes, size, opts)
  local text, start = read_text(bytes, size)
  local entries, message = json.decode(text)
  if not entries then refuse("%s", message) end
  local metadata = read_metadata(entries.__metadata__)
  entries.__metadata__ = nil
  local headers, keys = {}, {}
  for key, entry in pairs(entries) do
    keys[#keys + 1], headers[key] = key, read_entry(key, entry, start, opts.keep_half)
  end
  table.sort(keys)
  check_tiles(headers, keys, start, size)
  if opts.check ~= false then check_sum(bytes, size, text, metadata) end
  for key in (metadata[safetensors_file.NONE] or ""):gmatch "[^\n]+" do
    if headers[key] then refuse("%s: a tensor and none", key) end
    keys[#keys + 1], headers[key] = key, { shape = {}, uninitialized = true }
  end
  metadata[safetensors_file.CHECKSUM], metadata[safetensors_file.NONE] = nil, nil
  return { keys = keys, metadata = metadata, _headers = headers }
end

---@class dgraph.SafetensorsFile
---@field keys string[]
---@field metadata table<string, string>
---@field path string  for messages
local File = {}
File.__index = File

--- Opens a file that lies in memory; the memory must not change while it is used.
---@param bytes ffi.cdata*
---@param size integer
---@param path? string  for messages
---@param opts? dgraph.ReadOptions
---@return dgraph.SafetensorsFile? file
---@return string? message
function safetensors_file.from_memory(bytes, size, path, opts)
  path = path or "safetensors"
  local source = ffi.cast("const uint8_t *", bytes)
  local done, file = pcall(read_file, source, size, opts or {})
  if not done then
    if type(file) ~= "table" then error(file, 0) end
    return nil, ("%s: %s"):format(path, file.message)
  end
  file.path, file._bytes, file._owner = path, source, bytes
  return setmetatable(file, File)
end

--- Reads a file into memory, or maps it there, and opens it.
---@param path string
---@param opts? dgraph.ReadOptions
---@return dgraph.SafetensorsFile? file
---@return string? message
function safetensors_file.open(path, opts)
  opts = opts or {}
  local bytes, size = (opts.map and files.map or files.read)(path)
  if not bytes then return nil, size end
  local file, message = safetensors_file.from_memory(bytes, size, path, opts)
  if file then file._map = opts.map end
  return file, message
end

---@param key string
---@return boolean
function File:has(key) return self._headers[key] ~= nil end

---@param key string
---@return dgraph.ArrayHeader? header
---@return string? message
function File:header(key)
  local header = self._headers[key]
  if not header then return nil, ("%s: %s: no such tensor"):format(self.path, key) end
  return header
end

--- A tensor that looks at the file itself, where the file has it as we would.
local function map_tensor(self, header)
  local kind = header._kind
  local address = ffi.cast("uint8_t *", self._bytes) + header.offset
  if header.count == 0 or kind.wide or header.offset % kind.width ~= 0 then return nil end
  if header.dtype == "bool" then elements.canonicalize(address, "bool", header.count) end
  return require "dgraph".from_pointer(address, header.shape, header.dtype, self._owner)
end

--- A tensor of the file: a copy, or a look at the file when it is mapped; false for none.
---@param key string
---@return dgraph.Tensor|false|nil tensor
---@return string? message
function File:tensor(key)
  local header, message = self:header(key)
  if not header then return nil, message end
  if header.uninitialized then return false end
  local tensor = self._map and map_tensor(self, header)
  if tensor then return tensor end
  tensor = require "dgraph".empty(header.shape, { dtype = header.dtype, device = "cpu" })
  local done
  done, message = elements.decode(header, self._bytes, tensor:pointer())
  if not done then return nil, ("%s: %s: %s"):format(self.path, key, message) end
  return tensor
end

--- A tensor of one element as a number or boolean; false, "none" for none.
---@param key string
---@return number|boolean|nil value
---@return string? message
function File:scalar(key)
  local tensor, message = self:tensor(key)
  if tensor == nil then return nil, message end
  if not tensor then return false, "none" end
  if tensor.size ~= 1 then return nil, ("%s: %s: it is not one number"):format(self.path, key) end
  local value = tensor:item()
  if tensor.dtype == "bool" then return value == true or value == 1 end
  return tonumber(value)
end

--- All tensors; values that are nil are left out.
---@return table<string, dgraph.Tensor>? tensors
---@return string? message
function File:tensors()
  local tensors = {}
  for _, key in ipairs(self.keys) do
    local tensor, message = self:tensor(key)
    if tensor == nil then return nil, message end
    tensors[key] = tensor or nil
  end
  return tensors
end

return safetensors_file
