--- Tensors that look at the start of a fixed piece of memory, one for each size that was asked for:
--- requests are read into that memory, and no tensor is made for them.
local ffi = require "ffi"
local dg = require "dgraph"

local CACHED = 4096 -- sizes above are rare: their tensors are made each time

local ELEMENT = { float32 = "float[?]", int32 = "int32_t[?]" }

---@class resty.dgraph.Views
---@field data ffi.cdata*  `float *` or `int32_t *`
---@field bits ffi.cdata*  the same as `int32_t *`: a stranger's floats are not read as floats
local Views = {}
Views.__index = Views

local views = {}

--- Makes the memory for `room` rows of `tail`'s shape.
---@param dtype "float32"|"int32"
---@param room integer
---@param tail? integer[]  the axes behind the first one
---@return resty.dgraph.Views
function views.new(dtype, room, tail)
  local row = 1
  for _, size in ipairs(tail or {}) do row = row * size end
  local memory = ffi.new(ELEMENT[dtype], math.max(1, room * row))
  return setmetatable({
    dtype = dtype, room = room, row = row, tail = tail or {}, memory = memory, data = memory,
    bits = ffi.cast("int32_t *", memory), bytes = ffi.cast("uint8_t *", memory), _made = {},
  }, Views)
end

--- The first `count` rows as a tensor. Call it outside of scopes.
---@param count integer
---@return dgraph.Tensor
function Views:first(count)
  local made = self._made[count]
  if made then return made end
  made = dg.from_pointer(self.data, { count, unpack(self.tail) }, self.dtype, self.memory)
  if count <= CACHED then self._made[count] = made end
  return made
end

--- Whether the first `count` elements are finite, told by their bits.
---@param count integer
---@return boolean
function Views:is_finite(count)
  local bits = self.bits
  for i = 0, count - 1 do
    if bit.band(bits[i], 0x7f800000) == 0x7f800000 then return false end
  end
  return true
end

return views
