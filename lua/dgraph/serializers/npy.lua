--- NumPy's .npy format: a header that is read by a tiny grammar, never evaluated, and raw numbers.
local ffi = require "ffi"
local bit = require "bit"
local buffer = require "dgraph.utils.buffer"
local pickled_none = require "dgraph.serializers.pickled_none"

local npy = {}

local MAGIC = "\147NUMPY"
local ALIGNMENT = 64
local MAX_NDIM = 8

--- The longest header that is read: NumPy's own limit.
npy.MAX_HEADER = 10000

--- How a dtype of ours is spelled in a file.
local DESCR = {
  bool = "|b1", uint8 = "|u1", int32 = "<i4", int64 = "<i8", float32 = "<f4", float64 = "<f8",
}

--- What is read: the type in the file, and the dtype of ours that holds all its values.
local READABLE = {
  b1 = { ctype = "uint8_t", width = 1, dtype = "bool" },
  u1 = { ctype = "uint8_t", width = 1, dtype = "uint8" },
  i1 = { ctype = "int8_t", width = 1, dtype = "int32", wide = "int32_t" },
  i2 = { ctype = "int16_t", width = 2, dtype = "int32", wide = "int32_t" },
  u2 = { ctype = "uint16_t", width = 2, dtype = "int32", wide = "int32_t" },
  i4 = { ctype = "int32_t", width = 4, dtype = "int32" },
  u4 = { ctype = "uint32_t", width = 4, dtype = "int64", wide = "int64_t" },
  i8 = { ctype = "int64_t", width = 8, dtype = "int64" },
  f2 = { ctype = "uint16_t", width = 2, dtype = "float32", wide = "float" },
  f4 = { ctype = "uint32_t", width = 4, dtype = "float32" },
  f8 = { ctype = "uint64_t", width = 8, dtype = "float64" },
}

local WIDTH = { bool = 1, uint8 = 1, int32 = 4, int64 = 8, float32 = 4, float64 = 8 }

---@class dgraph.NpyHeader
---@field shape integer[]
---@field dtype string  the dtype of ours that the array is read as
---@field count integer  elements
---@field nbytes integer  what the array takes as that dtype
---@field offset integer  where the numbers start
---@field length integer  how many bytes they take in the file
---@field uninitialized boolean  it is Chainer's None, and has no numbers

-- The header's text ----------------------------------------------------------------------------

--- Raises inside `parse_text`; turned into `nil, message` by `npy.header`.
local function refuse(message, ...) error({ message = message:format(...) }, 0) end

--- `text` from `at` on must be what `pattern` says; returns its capture and where it ends.
local function expect(text, at, pattern, what)
  local _, finish, capture = text:find("^%s*" .. pattern, at)
  if not finish then refuse("the header has no %s at byte %d", what, at) end
  return capture, finish + 1
end

local function read_string(text, at)
  local quote
  quote, at = expect(text, at, "(['\"])", "string")
  return expect(text, at, "([^'\"\\]*)" .. quote, "closing quote")
end

local function read_shape(text, at)
  local shape = {}
  at = select(2, expect(text, at, "%(", "tuple"))
  while not text:find("^%s*%)", at) do
    local size
    size, at = expect(text, at, "(%d+)L?", "size")
    if #size > 15 then refuse("a size of %s is too large", size) end
    shape[#shape + 1] = tonumber(size)
    if not text:find("^%s*%)", at) then at = select(2, expect(text, at, ",", "comma")) end
  end
  return shape, select(2, expect(text, at, "%)", "closing bracket"))
end

local function read_boolean(text, at)
  local word
  word, at = expect(text, at, "(%a+)", "boolean")
  if word ~= "True" and word ~= "False" then refuse("%s is no boolean", word) end
  return word == "True", at
end

local function read_descr(text, at)
  if text:find("^%s*%[", at) then refuse("arrays of records are not supported") end
  return read_string(text, at)
end

local FIELDS = { descr = read_descr, fortran_order = read_boolean, shape = read_shape }

--- The dictionary of the header: these three keys in any order, each once, and nothing else.
local function parse_text(text)
  local found = {}
  local at = select(2, expect(text, 1, "{", "dictionary"))
  while not text:find("^%s*}", at) do
    local key
    key, at = read_string(text, at)
    if not FIELDS[key] or found[key] ~= nil then refuse("the header has an odd key %q", key) end
    at = select(2, expect(text, at, ":", "colon"))
    found[key], at = FIELDS[key](text, at)
    if not text:find("^%s*}", at) then at = select(2, expect(text, at, ",", "comma")) end
  end
  expect(text, at, "}%s*$", "end")
  for key in pairs(FIELDS) do
    if found[key] == nil then refuse("the header lacks %q", key) end
  end
  return found
end

--- Where the text starts and how long it is, by version.
local function find_text(bytes, size)
  if size < 10 or ffi.string(bytes, #MAGIC) ~= MAGIC then refuse("not an .npy file") end
  local major, minor = bytes[6], bytes[7]
  if major < 1 or major > 3 or minor ~= 0 then
    refuse("version %d.%d of .npy is not known", major, minor)
  end
  local start = major == 1 and 10 or 12
  if size < start then refuse("the header is cut off") end
  local length = major == 1 and buffer.u16(bytes, 8) or buffer.u32(bytes, 8)
  if length > npy.MAX_HEADER then refuse("the header is %.0f bytes long", length) end
  if start + length > size then refuse("the header is cut off") end
  return start, length
end

--- The number of elements; every product on the way stays exact.
local function count_of(shape, width)
  if #shape > MAX_NDIM then refuse("%d axes are more than %d", #shape, MAX_NDIM) end
  local count, product = 1, 1
  for _, size in ipairs(shape) do
    count = count * size
    product = product * math.max(size, 1)
    if product * width > 2 ^ 52 then refuse("the shape is too large") end
  end
  return count
end

local function read_header(bytes, size)
  local start, length = find_text(bytes, size)
  local found = parse_text(ffi.string(bytes + start, length))
  local order, code = found.descr:match("^([<>|=]?)(.*)$")
  local header = {
    shape = found.shape,
    offset = start + length,
    uninitialized = false,
    _fortran = found.fortran_order,
    _big = order == ">",
  }
  if code:sub(1, 1) == "O" then
    if #found.shape > 0 then
      refuse("it holds Python objects, and those are pickles, which are never run")
    end
    header.dtype, header.uninitialized = "object", true
    return header
  end
  local kind = READABLE[code]
  if not kind then refuse("the dtype %q is not supported", found.descr) end
  if order == "|" and kind.width > 1 then refuse("the dtype %q has no byte order", found.descr) end
  header._kind, header.dtype = kind, kind.dtype
  header.count = count_of(found.shape, WIDTH[kind.dtype])
  header.length = header.count * kind.width
  header.nbytes = header.count * WIDTH[kind.dtype]
  return header
end

--- Reads the header at the start of an .npy file. The numbers need not be there yet, so a header
--- can be looked at before its file is unpacked.
---@param bytes ffi.cdata*
---@param size integer  what is there of the file
---@return dgraph.NpyHeader? header
---@return string? message
function npy.header(bytes, size)
  local done, header = pcall(read_header, ffi.cast("const uint8_t *", bytes), size)
  if done then return header end
  if type(header) ~= "table" then error(header, 0) end
  return nil, header.message
end

--- Whether a file of `size` bytes is as long as its header says, and nothing else follows.
---@param header dgraph.NpyHeader
---@param bytes ffi.cdata*  the whole file
---@param size integer
---@return true? right
---@return string? message
function npy.check(header, bytes, size)
  if header.uninitialized then
    local start = ffi.cast("const uint8_t *", bytes) + header.offset
    if pickled_none.matches(ffi.string(start, size - header.offset)) then return true end
    return nil, "it holds a Python object, and that is a pickle, which is never run"
  end
  if size - header.offset == header.length then return true end
  return nil, ("it has %.0f bytes of numbers where its shape needs %.0f"):format(
    size - header.offset, header.length)
end

-- The numbers ----------------------------------------------------------------------------------

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

local function widen(source, target, kind, count)
  local from = ffi.cast("const " .. kind.ctype .. " *", source)
  if kind.wide == "float" then
    local to = ffi.cast("int32_t *", target)
    for i = 0, count - 1 do to[i] = widen_half(from[i]) end
  else
    local to = ffi.cast(kind.wide .. " *", target)
    for i = 0, count - 1 do to[i] = from[i] end
  end
end

--- Gives every NaN the bits that are safe in Lua, every boolean those of 0 or 1. Works on integers:
--- a float is not read here.
local function canonicalize(target, dtype, count)
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
  elseif dtype == "bool" then
    for i = 0, count - 1 do target[i] = target[i] ~= 0 and 1 or 0 end
  end
end

--- Brings the numbers of a file into this machine's byte order, row-major, as `header.dtype`.
---@param header dgraph.NpyHeader
---@param bytes ffi.cdata*  the whole file, found right by `npy.check`
---@param target ffi.cdata*  `header.nbytes` bytes
---@return true? done
---@return string? message
function npy.decode(header, bytes, target)
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
  canonicalize(target, header.dtype, count)
  return true
end

-- Writing --------------------------------------------------------------------------------------

local function build_header(descr, shape)
  local sizes = {}
  for i, size in ipairs(shape) do sizes[i] = ("%.0f"):format(size) end
  local tuple = table.concat(sizes, ", ") .. (#sizes == 1 and "," or "")
  local text = ("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"):format(descr, tuple)
  local padding = -(#MAGIC + 4 + #text + 1) % ALIGNMENT
  text = text .. (" "):rep(padding) .. "\n"
  return MAGIC .. "\1\0" .. buffer.pack(#text, 2) .. text
end

--- The header of an array whose row-major numbers follow it.
---@param shape integer[]
---@param dtype string
---@return string
function npy.encode_header(shape, dtype)
  if ffi.abi "be" then error("npy: writing on a big-endian machine is not supported", 2) end
  if not DESCR[dtype] then error(("npy: arrays of %s cannot be written"):format(dtype), 2) end
  return build_header(DESCR[dtype], shape)
end

--- The whole file that stands for a parameter without a shape.
---@return string
function npy.encode_none() return build_header("|O", {}) .. pickled_none.bytes end

return npy
