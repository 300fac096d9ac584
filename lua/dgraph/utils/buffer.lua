--- Plain memory of any size: LuaJIT's own arrays end at 2 GiB and count against its heap.
local ffi = require "ffi"
local bit = require "bit"

ffi.cdef [[
void *dgraph_libc_malloc(size_t size) asm("malloc");
void dgraph_libc_free(void *pointer) asm("free");
]]

local C = ffi.C
local MAX_SIZE = ffi.abi("64bit") and 2 ^ 46 or 2 ^ 31 - 1

local buffer = {}

--- Allocates `size` bytes, uninitialized, that live as long as the pointer that is returned.
---@param size integer
---@return ffi.cdata*? bytes  a `uint8_t *`
---@return string? message
function buffer.new(size)
  local memory = size <= MAX_SIZE and C.dgraph_libc_malloc(math.max(size, 1)) or nil
  if memory == nil then return nil, ("out of memory: %.0f bytes"):format(size) end
  return ffi.gc(ffi.cast("uint8_t *", memory), C.dgraph_libc_free)
end

--- Frees a buffer now instead of at the next collection. nil is let through.
---@param bytes ffi.cdata*?
function buffer.free(bytes)
  if bytes ~= nil then C.dgraph_libc_free(ffi.gc(bytes, nil)) end
end

--- Copies a string into a buffer of its own.
---@param text string
---@return ffi.cdata*? bytes
---@return integer|string size_or_message
function buffer.from_string(text)
  local bytes, message = buffer.new(#text)
  if not bytes then return nil, message end
  ffi.copy(bytes, text, #text)
  return bytes, #text
end

--- Reads little-endian numbers out of bytes; 64 bits are exact up to 2^53.
function buffer.u16(bytes, at) return bytes[at] + bytes[at + 1] * 0x100 end

function buffer.u32(bytes, at)
  return buffer.u16(bytes, at) + buffer.u16(bytes, at + 2) * 0x10000
end

function buffer.u64(bytes, at)
  return buffer.u32(bytes, at) + buffer.u32(bytes, at + 4) * 0x100000000
end

--- Spells a number as `count` little-endian bytes.
---@param number integer
---@param count integer
---@return string
function buffer.pack(number, count)
  local bytes = {}
  for i = 1, count do
    bytes[i] = string.char(number % 0x100)
    number = math.floor(number / 0x100)
  end
  return table.concat(bytes)
end

--- Reverses the bytes of each of `count` elements of `width` bytes, in place.
---@param bytes ffi.cdata*
---@param count integer
---@param width integer  2, 4 or 8
function buffer.swap(bytes, count, width)
  if width == 2 then
    local p = ffi.cast("uint16_t *", bytes)
    for i = 0, count - 1 do p[i] = bit.rshift(bit.bswap(p[i]), 16) end
  elseif width == 4 then
    local p = ffi.cast("int32_t *", bytes)
    for i = 0, count - 1 do p[i] = bit.bswap(p[i]) end
  elseif width == 8 then
    local p = ffi.cast("int32_t *", bytes)
    for i = 0, 2 * count - 2, 2 do p[i], p[i + 1] = bit.bswap(p[i + 1]), bit.bswap(p[i]) end
  end
end

return buffer
