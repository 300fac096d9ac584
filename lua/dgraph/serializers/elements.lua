--- Numbers as files hold them: what types there are, and how they become ours.
local ffi = require "ffi"
local bit = require "bit"
local buffer = require "dgraph.utils.buffer"

local elements = {}

local MAX_NDIM = 8

---@class dgraph.ArrayHeader
---@field shape integer[]
---@field dtype string  the dtype of ours that the array is read as
---@field count integer  elements
---@field nbytes integer  what the array takes as that dtype
---@field offset integer  where the numbers start
---@field length integer  how many bytes they take in the file
---@field uninitialized boolean  it is Chainer's None, and has no numbers

--- The bits of a float32 with the value of a float16.
local function widen_half(half)
  local sign = bit.lshift(bit.band(half, 0x8000), 16)
  local exponent, fraction = bit.band(bit.rshift(half, 10), 31), bit.band(half, 0x3ff)
  if exponent == 31 then
    return bit.bor(sign, 0x7f800000, bit.lshift(fraction, 13))
  elseif exponent == 0 then
    if fraction == 0 then return sign end
    exponent = 1
    while fraction < 0x400 do
      exponent, fraction = exponent - 1, bit.lshift(fraction, 1)
    end
    fraction = bit.band(fraction, 0x3ff)
  end
  return bit.bor(sign, bit.lshift(exponent + 112, 23), bit.lshift(fraction, 13))
end

--- The same of a bfloat16, which is the upper half of a float32.
local function widen_bfloat(upper) return bit.lshift(upper, 16) end

--- What is read: the type in the file, and the dtype of ours that holds all its values; `as_is` is
--- the one that it is itself where that is to be kept. `bfloat16` is not in NumPy itself.
elements.kinds = {
  b1 = { ctype = "uint8_t", width = 1, dtype = "bool" },
  u1 = { ctype = "uint8_t", width = 1, dtype = "uint8" },
  i1 = { ctype = "int8_t", width = 1, dtype = "int32", wide = "int32_t" },
  i2 = { ctype = "int16_t", width = 2, dtype = "int32", wide = "int32_t" },
  u2 = { ctype = "uint16_t", width = 2, dtype = "int32", wide = "int32_t" },
  i4 = { ctype = "int32_t", width = 4, dtype = "int32" },
  u4 = { ctype = "uint32_t", width = 4, dtype = "int64", wide = "int64_t" },
  i8 = { ctype = "int64_t", width = 8, dtype = "int64" },
  f2 = {
    ctype = "uint16_t", width = 2, dtype = "float32", wide = "float", bits = widen_half,
    as_is = { ctype = "uint16_t", width = 2, dtype = "float16" },
  },
  bfloat16 = {
    ctype = "uint16_t", width = 2, dtype = "float32", wide = "float", bits = widen_bfloat,
    as_is = { ctype = "uint16_t", width = 2, dtype = "bfloat16" },
  },
  f4 = { ctype = "uint32_t", width = 4, dtype = "float32" },
  f8 = { ctype = "uint64_t", width = 8, dtype = "float64" },
}

local WIDTH = {
  bool = 1, uint8 = 1, int32 = 4, int64 = 8, float32 = 4, float64 = 8, float16 = 2, bfloat16 = 2,
}

--- Completes a header that has a shape; every product on the way stays exact.
---@param header dgraph.ArrayHeader
---@param kind table  of `elements.kinds`
---@param keeps_half? boolean  floats of 16 bits are read as what they are
---@return true? done
---@return string? message
function elements.describe(header, kind, keeps_half)
  if keeps_half then kind = kind.as_is or kind end
  local shape, width = header.shape, WIDTH[kind.dtype]
  if #shape > MAX_NDIM then return nil, ("%d axes are more than %d"):format(#shape, MAX_NDIM) end
  local count, product = 1, 1
  for _, size in ipairs(shape) do
    count = count * size
    product = product * math.max(size, 1)
    if product * width > 2 ^ 52 then return nil, "the shape is too large" end
  end
  header._kind, header.dtype, header.count = kind, kind.dtype, count
  header.length, header.nbytes = count * kind.width, count * width
  return true
end

--- Copies an array whose first axis varies fastest into one whose last axis does.
local function copy_fortran(source, target, ctype, shape, count)
  local from, to = ffi.cast("const " .. ctype .. " *", source), ffi.cast(ctype .. " *", target)
  local ndim = #shape
  local index, stride = {}, {}
  for axis = 1, ndim do
    index[axis] = 0
    stride[axis] = axis == 1 and 1 or stride[axis - 1] * shape[axis - 1]
  end
  local inner, step = shape[ndim], stride[ndim]
  local at, done = 0, 0
  while done < count do
    for i = 0, inner - 1 do to[done + i] = from[at + i * step] end
    done = done + inner
    local axis = ndim - 1
    while axis > 0 do
      index[axis], at = index[axis] + 1, at + stride[axis]
      if index[axis] < shape[axis] then break end
      index[axis], at = 0, at - stride[axis] * shape[axis]
      axis = axis - 1
    end
  end
end

local function widen(source, target, kind, count)
  local from = ffi.cast("const " .. kind.ctype .. " *", source)
  if kind.wide == "float" then
    local to = ffi.cast("int32_t *", target)
    for i = 0, count - 1 do to[i] = kind.bits(from[i]) end
  else
    local to = ffi.cast(kind.wide .. " *", target)
    for i = 0, count - 1 do to[i] = from[i] end
  end
end

--- The bits of infinity, above which all are NaN, and of the one NaN that stays.
local INFINITY = { float16 = 0x7c00, bfloat16 = 0x7f80 }
local NAN = { float16 = 0x7e00, bfloat16 = 0x7fc0 }

--- Gives every NaN the bits that are safe in Lua, every boolean those of 0 or 1. Works on integers:
--- a float is not read here.
function elements.canonicalize(target, dtype, count)
  local words = ffi.cast("int32_t *", target)
  if dtype == "float32" then
    for i = 0, count - 1 do
      if bit.band(words[i], 0x7fffffff) > 0x7f800000 then words[i] = 0x7fc00000 end
    end
  elseif dtype == "float64" then
    local low, high = ffi.abi "le" and 0 or 1, ffi.abi "le" and 1 or 0
    for i = 0, 2 * count - 2, 2 do
      local top = bit.band(words[i + high], 0x7fffffff)
      if top > 0x7ff00000 or top == 0x7ff00000 and words[i + low] ~= 0 then
        words[i + low], words[i + high] = 0, 0x7ff80000
      end
    end
  elseif INFINITY[dtype] then
    local halves, infinity, nan = ffi.cast("uint16_t *", target), INFINITY[dtype], NAN[dtype]
    for i = 0, count - 1 do
      if bit.band(halves[i], 0x7fff) > infinity then halves[i] = nan end
    end
  elseif dtype == "bool" then
    for i = 0, count - 1 do
      if target[i] > 1 then target[i] = 1 end
    end
  end
end

--- Brings the numbers of a file into this machine's byte order, row-major, as `header.dtype`.
---@param header dgraph.ArrayHeader
---@param bytes ffi.cdata*  the whole file, found right
---@param target ffi.cdata*  `header.nbytes` bytes
---@return true? done
---@return string? message
function elements.decode(header, bytes, target)
  local kind, count = header._kind, header.count
  local source = ffi.cast("const uint8_t *", bytes) + header.offset
  target = ffi.cast("uint8_t *", target)
  local raw, message = target, nil
  if kind.wide then raw, message = buffer.new(header.length) end
  if not raw then return nil, message end
  if header._fortran and #header.shape > 1 then
    copy_fortran(source, raw, kind.ctype, header.shape, count)
  else
    ffi.copy(raw, source, header.length)
  end
  if header._big ~= ffi.abi "be" then buffer.swap(raw, count, kind.width) end
  if kind.wide then
    widen(raw, target, kind, count)
    buffer.free(raw)
  end
  elements.canonicalize(target, header.dtype, count)
  return true
end

return elements
