--- The idx format of MNIST: a big-endian header and bytes.
local ffi = require "ffi"
local zlib = require "dgraph.utils.zlib"

local UINT8 = 0x08
local MAX_NDIM = 8

local idx = {}

local function u32_big(bytes, at)
  return ((bytes[at] * 256 + bytes[at + 1]) * 256 + bytes[at + 2]) * 256 + bytes[at + 3]
end

--- Reads an idx array of bytes that lies in memory.
---@param bytes ffi.cdata*  `const uint8_t *`
---@param size integer
---@return { shape: integer[], data: ffi.cdata*, count: integer }? array  data points into `bytes`
---@return string? message
function idx.parse(bytes, size)
  if size < 4 or bytes[0] ~= 0 or bytes[1] ~= 0 then return nil, "not an idx file" end
  local kind, ndim = bytes[2], bytes[3]
  if kind ~= UINT8 then return nil, ("idx: only bytes are read, not type 0x%02x"):format(kind) end
  if ndim < 1 or ndim > MAX_NDIM then return nil, ("idx: %d axes"):format(ndim) end
  local start = 4 + 4 * ndim
  if size < start then return nil, "idx: the header is cut off" end
  local shape, count = {}, 1
  for axis = 1, ndim do
    shape[axis] = u32_big(bytes, 4 * axis)
    count = count * shape[axis]
    if count > size then break end -- also keeps the product exact
  end
  if count ~= size - start then
    return nil, ("idx: %.0f bytes of data do not make the shape of the header"):format(size - start)
  end
  return { shape = shape, data = ffi.cast("const uint8_t *", bytes) + start, count = count,
    owner = bytes }
end

--- Reads an idx file, packed by gzip or not.
---@param path string
---@return { shape: integer[], data: ffi.cdata*, count: integer }? array
---@return string? message
function idx.read(path)
  local bytes, size = zlib.gunzip(path)
  if not bytes then return nil, size end
  local array, message = idx.parse(bytes, size)
  if not array then return nil, ("%s: %s"):format(path, message) end
  return array
end

return idx
