--- Reading and writing protocol buffers: messages of numbered fields, as their encoding says
-- (https://protobuf.dev/programming-guides/encoding). What is known of a message is a schema, by
-- the numbers of its fields:
--
--     { [1] = { "name", "text" }, [7] = { "dims", "integer", repeated = true } }
--
-- Fields that the schema does not name are passed over. Types: "integer" (int32, int64, bool,
-- enum), "float", "text", "span" (`{ at, size }`: bytes that stay where they are), or another
-- schema.
-- Repeated numbers may be packed or not; they are written as they are declared, one by one.
local ffi = require "ffi"
local bit = require "bit"

local protobuf = {}

local VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

--- Raises what `onnx.file` turns into `nil, message`.
function protobuf.refuse(message, ...) error({ message = message:format(...) }, 0) end

local refuse = protobuf.refuse

--- A number of up to 64 bits, as a double: the sizes and positions of files are exact in it.
---@return number value
---@return integer at  where it ends
local function varint(bytes, at, stop)
  local value, shift = 0LL, 0
  repeat
    if at >= stop or shift > 63 then refuse("a number is cut off at byte %.0f", at) end
    local byte = bytes[at]
    value = bit.bor(value, bit.lshift(bit.band(byte, 127) + 0LL, shift))
    at, shift = at + 1, shift + 7
  until byte < 128
  return tonumber(value), at
end

local function skip(at, size, stop)
  if size < 0 or size > stop - at then refuse("a field is cut off at byte %.0f", at) end
  return at + size
end

-- Made once: each text of a type that `ffi.new` reads becomes a type, of which there are 65,536.
local four = ffi.new "union { uint8_t bytes[4]; float number; }"

local function float(bytes, at)
  ffi.copy(four.bytes, bytes + at, 4)
  return four.number ~= four.number and 0 / 0 or four.number
end

--- The numbers of a packed field.
local function packed(bytes, at, stop, kind, list)
  while at < stop do
    if kind == "float" then
      list[#list + 1], at = float(bytes, at), skip(at, 4, stop)
    else
      list[#list + 1], at = varint(bytes, at, stop)
    end
  end
end

local decode

--- A field of this many bytes.
local function read_bytes(message, field, bytes, at, stop)
  local name, kind = field[1], field[2]
  local value
  if kind == "text" then value = ffi.string(bytes + at, stop - at)
  elseif kind == "span" then value = { at = at, size = stop - at }
  elseif type(kind) == "table" then value = decode(bytes, at, stop, kind)
  elseif field.repeated then return packed(bytes, at, stop, kind, message[name])
  else refuse("the field %s is no number", name)
  end
  if field.repeated then table.insert(message[name], value) else message[name] = value end
end

local function set_number(message, field, kind, value)
  if field[2] ~= kind then refuse("the field %s has another type", field[1]) end
  if field.repeated then table.insert(message[field[1]], value) else message[field[1]] = value end
end

--- A message, from byte `at` up to `stop`: its fields by their names, lists for repeated ones.
---@param bytes ffi.cdata*
---@param at integer
---@param stop integer
---@param schema table
---@return table
function protobuf.decode(bytes, at, stop, schema)
  local message = {}
  for _, field in pairs(schema) do
    if field.repeated then message[field[1]] = {} end
  end
  while at < stop do
    local key, size, value
    key, at = varint(bytes, at, stop)
    local field, wire = schema[math.floor(key / 8)], key % 8
    if wire == VARINT then
      value, at = varint(bytes, at, stop)
      if field then set_number(message, field, "integer", value) end
    elseif wire == BYTES then
      size, at = varint(bytes, at, stop)
      local finish = skip(at, size, stop)
      if field then read_bytes(message, field, bytes, at, finish) end
      at = finish
    elseif wire == FIXED32 then
      local finish = skip(at, 4, stop)
      if field then set_number(message, field, "float", float(bytes, at)) end
      at = finish
    elseif wire == FIXED64 then
      if field then refuse("the field %s has another type", field[1]) end
      at = skip(at, 8, stop)
    else
      refuse("an odd field at byte %.0f", at)
    end
  end
  return message
end

decode = protobuf.decode

-- Writing -------------------------------------------------------------------------------------

--- A whole number in groups of seven bits; one below 0 takes ten bytes, as an int64 does.
local function put_varint(out, number)
  local value, char = ffi.cast("uint64_t", ffi.cast("int64_t", number)), string.char
  while value >= 128 do
    out[#out + 1] = char(tonumber(value % 128) + 128)
    value = value / 128
  end
  out[#out + 1] = char(tonumber(value))
end

local function put_float(out, number)
  four.number = number
  out[#out + 1] = ffi.string(four.bytes, 4)
end

local function put(out, id, kind, value)
  if kind == "integer" then
    put_varint(out, id * 8 + VARINT)
    put_varint(out, value)
  elseif kind == "float" then
    put_varint(out, id * 8 + FIXED32)
    put_float(out, value)
  else
    local bytes = type(kind) == "table" and protobuf.encode(value, kind) or value
    put_varint(out, id * 8 + BYTES)
    put_varint(out, #bytes)
    out[#out + 1] = bytes
  end
end

--- The bytes of a message, whose fields stand in it by their names, in the order of their numbers:
--- what `decode` reads. A "span" is a string here.
---@param message table
---@param schema table
---@return string
function protobuf.encode(message, schema)
  local ids, out = {}, {}
  for id in pairs(schema) do ids[#ids + 1] = id end
  table.sort(ids)
  for _, id in ipairs(ids) do
    local field = schema[id]
    local value = message[field[1]]
    if field.repeated then
      for _, each in ipairs(value or {}) do put(out, id, field[2], each) end
    elseif value ~= nil then
      put(out, id, field[2], value)
    end
  end
  return table.concat(out)
end

return protobuf
