--- Arrays of numbers in MATLAB's files, .mat of version 5: what MATLAB saves with -v6 and -v7, and
--- SciPy with savemat.
--
-- A header of 128 bytes, then elements: a tag (kind and size) and data. A variable is an element
-- of the kind "matrix", whose data are elements again: flags, sizes, name, numbers. Or it is an
-- element of the kind "compressed", which zlib unpacks to such a one. Nothing that a file says is
-- believed before it is compared with the bytes that are there.
local ffi = require "ffi"
local bit = require "bit"
local buffer = require "dgraph.utils.buffer"
local elements = require "dgraph.serializers.elements"
local files = require "dgraph.utils.files"
local zlib = require "dgraph.utils.zlib"

local u16, u32 = buffer.u16, buffer.u32

local HEADER_SIZE, TAG_SIZE, FLAGS_SIZE, ALIGNMENT = 128, 8, 8, 8
local VERSION_AT, ENDIAN_AT = 124, 126
local VERSION, VERSION_HDF5 = 0x0100, 0x0200
local INT8, INT32, UINT32, MATRIX, COMPRESSED = 1, 5, 6, 14, 15
local COMPLEX = 0x08
local MAX_NDIM = 8
local MAX_RATIO = 1032 -- deflate cannot do better: a larger size is a lie

-- How numbers are stored; MATLAB takes a smaller kind than the class where all of them fit.
local STORED = { [1] = "int8_t", [2] = "uint8_t", [3] = "int16_t", [4] = "uint16_t",
  [5] = "int32_t", [6] = "uint32_t", [7] = "float", [9] = "double", [12] = "int64_t",
  [13] = "uint64_t" }
local CLASSES = { "cell", "struct", "object", "char", "sparse", "double", "single", "int8", "uint8",
  "int16", "uint16", "int32", "uint32", "int64", "uint64", "function", "opaque" }
local FLOATS = { float = "float32", double = "float64" }
local FIRST_NUMERIC, LAST_NUMERIC, OPAQUE = 6, 15, 17

---@class dgraph.MatArray
---@field class string  "double", "single", "int8" ... "uint64"
---@field shape integer[]
---@field count integer
---@field stored string  the type in C that `data` points at, "uint8_t" for one
---@field data ffi.cdata*  the numbers; the first position varies fastest
---@field owner ffi.cdata*  the memory that `data` points into
---@field unpacked boolean  whether that is a buffer of its own, not the file

local mat = {}

--- Raises inside `parse`; turned into `nil, message` there.
local function check(condition, message, ...)
  if not condition then error({ message = "mat: " .. message:format(...) }, 0) end
end

local function check_header(bytes, size)
  local mark = size >= HEADER_SIZE and ffi.string(bytes + ENDIAN_AT, 2)
  check(mark ~= "MI", "the file is big-endian, which is not read")
  local version = mark == "IM" and u16(bytes, VERSION_AT)
  check(version ~= VERSION_HDF5, "version 7.3 is HDF5, which is not read; save it with -v7")
  check(version == VERSION, "not a MATLAB 5 file")
end

--- The element that begins at a position, where the data around it ends at `finish`.
---@return integer kind
---@return integer data  where its data begins
---@return integer size  of the data
---@return integer next_at  where the next element begins
local function element(bytes, at, finish)
  check(at + TAG_SIZE <= finish, "an element is cut off at byte %.0f", at)
  local kind, size, data = u32(bytes, at), u32(bytes, at + 4), at + TAG_SIZE
  if kind >= 0x10000 then -- up to four bytes stand in the tag itself
    kind, size, data = kind % 0x10000, math.floor(kind / 0x10000), at + 4
    check(size <= 4, "the small element at byte %.0f declares %d bytes", at, size)
    return kind, data, size, at + TAG_SIZE
  end
  check(data + size <= finish, "the element at byte %.0f is cut off", at)
  local padded = kind == COMPRESSED and size or math.ceil(size / ALIGNMENT) * ALIGNMENT
  return kind, data, size, math.min(data + padded, finish)
end

--- The sizes of an array, and their product, which no memory would hold where it is infinite.
local function read_shape(bytes, data, size, name)
  local ndim = size / 4
  check(size % 4 == 0 and ndim >= 2 and ndim <= MAX_NDIM, "%s has a shape of %d bytes", name, size)
  local shape, count = {}, 1
  for axis = 1, ndim do
    shape[axis] = u32(bytes, data + 4 * (axis - 1))
    count = count * shape[axis]
  end
  return shape, count
end

--- Where the numbers of an array begin, and how they are stored.
local function read_numbers(bytes, at, finish, count, name)
  local kind, numbers, size = element(bytes, at, finish)
  local stored = STORED[kind]
  check(stored, "%q is stored as kind %d", name, kind)
  local width = ffi.sizeof(stored)
  check(count * width == size, "%q has %.0f bytes, which is not its shape", name, size)
  check(numbers % width == 0, "the numbers of %q are not aligned", name)
  -- LuaJIT takes odd NaN bits for values of other types.
  if FLOATS[stored] then elements.canonicalize(bytes + numbers, FLOATS[stored], count) end
  return ffi.cast("const " .. stored .. " *", bytes + numbers), stored
end

--- Reads the variable whose elements lie between two positions, if it is wanted.
---@return boolean? taken  whether there is an array now that points into the bytes
local function read_matrix(bytes, at, finish, arrays, wanted, unpacked)
  local kind, flags, flags_size, shape_at = element(bytes, at, finish)
  check(kind == UINT32 and flags_size == FLAGS_SIZE, "a variable begins with no flags")
  local class = bytes[flags]
  if class == OPAQUE then return end -- an object of MATLAB's own, laid out in another way
  local shape_kind, shape_data, shape_size, name_at = element(bytes, shape_at, finish)
  local name_kind, name_data, name_size, numbers_at = element(bytes, name_at, finish)
  check(shape_kind == INT32 and name_kind == INT8, "a variable has no shape or no name")
  local name = ffi.string(bytes + name_data, name_size)
  if not wanted[name] then return end
  check(not arrays[name], "%q occurs twice", name)
  check(class >= FIRST_NUMERIC and class <= LAST_NUMERIC, "%q is no array of numbers, but %s",
    name, CLASSES[class] or "of class " .. class)
  check(bit.band(bytes[flags + 1], COMPLEX) == 0, "%q is complex", name)
  local shape, count = read_shape(bytes, shape_data, shape_size, name)
  local numbers, stored = read_numbers(bytes, numbers_at, finish, count, name)
  arrays[name] = { class = CLASSES[class], shape = shape, count = count, stored = stored,
    data = numbers, owner = bytes, unpacked = unpacked }
  return true
end

--- Reads the variable in a compressed element, which is unpacked into memory of its own. That is
--- freed where no array needs it: the collector would take each for a few bytes.
local function read_compressed(source, source_size, arrays, wanted)
  local tag = ffi.new("uint8_t[?]", TAG_SIZE)
  local done, message = zlib.inflate(source, source_size, tag, TAG_SIZE, true, true)
  check(done, "%s", message)
  local size = TAG_SIZE + u32(tag, 4)
  check(u32(tag, 0) == MATRIX, "a compressed element is no variable")
  check(size <= MAX_RATIO * source_size, "%.0f bytes declare to be %.0f", source_size, size)
  local bytes, full = buffer.new(size)
  check(bytes, "%s", full)
  local read, taken = pcall(function()
    local whole, wrong = zlib.inflate(source, source_size, bytes, size, false, true)
    check(whole, "%s", wrong)
    return read_matrix(bytes, TAG_SIZE, size, arrays, wanted, true)
  end)
  if not (read and taken) then buffer.free(bytes) end
  if not read then error(taken, 0) end
end

local function read_variables(bytes, size, names, arrays)
  check_header(bytes, size)
  local wanted, at = {}, HEADER_SIZE
  for _, name in ipairs(names) do wanted[name] = true end
  while at < size do
    local kind, data, data_size, next_at = element(bytes, at, size)
    if kind == COMPRESSED then
      read_compressed(bytes + data, data_size, arrays, wanted)
    else
      check(kind == MATRIX, "there is no variable at byte %.0f", at)
      read_matrix(bytes, data, data + data_size, arrays, wanted, false)
    end
    at = next_at
  end
  for _, name in ipairs(names) do check(arrays[name], "there is no %q", name) end
end

--- Reads arrays out of a file that lies in memory, which must stay as it is while they are used;
--- a NaN in them may get other bits, which Lua can read.
---@param bytes ffi.cdata*  `uint8_t *`
---@param size integer
---@param names string[]  of the arrays; what else is in the file may be anything
---@return table<string, dgraph.MatArray>? arrays  by name
---@return string? message
function mat.parse(bytes, size, names)
  local arrays = {}
  local done, failure = pcall(read_variables, bytes, size, names, arrays)
  if done then return arrays end
  for _, array in pairs(arrays) do
    if array.unpacked then buffer.free(array.owner) end
  end
  if type(failure) ~= "table" then error(failure, 0) end
  return nil, failure.message
end

--- Reads arrays out of a file.
---@param path string
---@param names string[]
---@return table<string, dgraph.MatArray>? arrays  by name
---@return string? message
function mat.read(path, names)
  local bytes, size = files.map(path)
  if not bytes then return nil, size end
  local arrays, message = mat.parse(bytes, size, names)
  if not arrays then return nil, ("%s: %s"):format(path, message) end
  return arrays
end

return mat
