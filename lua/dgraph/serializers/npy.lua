--- NumPy's .npy format: a header that is read by a tiny grammar, never evaluated, and raw numbers.
local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local elements = require "dgraph.serializers.elements"
local pickled_none = require "dgraph.serializers.pickled_none"

local npy = {}

local MAGIC = "\147NUMPY"
local ALIGNMENT = 64

--- The longest header that is read: NumPy's own limit.
npy.MAX_HEADER = 10000

--- How a dtype of ours is spelled in a file.
local DESCR = {
  bool = "|b1", uint8 = "|u1", int32 = "<i4", int64 = "<i8", float32 = "<f4", float64 = "<f8",
  float16 = "<f2",
}

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

local function read_header(bytes, size, keeps_half)
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
  local kind = elements.kinds[code]
  if not kind then refuse("the dtype %q is not supported", found.descr) end
  if order == "|" and kind.width > 1 then refuse("the dtype %q has no byte order", found.descr) end
  local done, message = elements.describe(header, kind, keeps_half)
  if not done then refuse("%s", message) end
  return header
end

--- Reads the header at the start of an .npy file. The numbers need not be there yet, so a header
--- can be looked at before its file is unpacked.
---@param bytes ffi.cdata*
---@param size integer  what is there of the file
---@param keeps_half? boolean  float16 is not to become float32
---@return dgraph.ArrayHeader? header
---@return string? message
function npy.header(bytes, size, keeps_half)
  local done, header = pcall(read_header, ffi.cast("const uint8_t *", bytes), size, keeps_half)
  if done then return header end
  if type(header) ~= "table" then error(header, 0) end
  return nil, header.message
end

--- Whether a file of `size` bytes is as long as its header says, and nothing else follows.
---@param header dgraph.ArrayHeader
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
