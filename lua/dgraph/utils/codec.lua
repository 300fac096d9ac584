--- Values as bytes in memory that processes share: tensors, numbers, strings, tables of them.
local ffi = require "ffi"
local native = require "dgraph.native"

local codec = {}

local NIL, FALSE, TRUE, NUMBER, STRING, TABLE, TENSOR = 0, 1, 2, 3, 4, 5, 6
local KINDS = { number = NUMBER, string = STRING, table = TABLE }

local number = ffi.new("double[1]")

--- Appends bytes; an error when there is no room.
local function put(out, data, size)
  if out.at + size > out.size then
    error(("a batch needs more than the %.0f bytes that it has: raise shared_mem"):format(out.size),
      0)
  end
  ffi.copy(out.bytes + out.at, data, size)
  out.at = out.at + size
end

local function put_number(out, value)
  number[0] = value
  put(out, number, 8)
end

local function put_string(out, text)
  put_number(out, #text)
  put(out, text, #text)
end

local function put_tensor(out, x)
  if x.device ~= "cpu" or not x.is_contiguous then x = x:to "cpu":copy() end
  put_string(out, x.dtype)
  put_number(out, #x.shape)
  for _, size in ipairs(x.shape) do put_number(out, size) end
  if x.nbytes > 0 then put(out, x:pointer(), x.nbytes) end
end

local function write(out, value, depth)
  if depth > 100 then error("a batch has tables in tables without end", 0) end
  if native.is_tensor(value) then
    put_number(out, TENSOR)
    return put_tensor(out, value)
  end
  if value == nil then return put_number(out, NIL) end
  if type(value) == "boolean" then return put_number(out, value and TRUE or FALSE) end
  local kind = KINDS[type(value)]
  if not kind then error(("a %s cannot be sent to another process"):format(type(value)), 0) end
  put_number(out, kind)
  if kind == NUMBER then return put_number(out, value) end
  if kind == STRING then return put_string(out, value) end
  local count = 0
  for _ in pairs(value) do count = count + 1 end
  put_number(out, count)
  for key, item in pairs(value) do
    write(out, key, depth + 1)
    write(out, item, depth + 1)
  end
end

local function get_number(from)
  ffi.copy(number, from.bytes + from.at, 8)
  from.at = from.at + 8
  return number[0]
end

local function get_string(from)
  local size = get_number(from)
  local text = ffi.string(from.bytes + from.at, size)
  from.at = from.at + size
  return text
end

local function get_tensor(from)
  local dtype, shape = get_string(from), {}
  for axis = 1, get_number(from) do shape[axis] = get_number(from) end
  local x = require "dgraph".empty(shape, { dtype = dtype, device = "cpu" })
  if x.nbytes > 0 then ffi.copy(x:pointer(), from.bytes + from.at, x.nbytes) end
  from.at = from.at + x.nbytes
  return x
end

local function read(from)
  local kind = get_number(from)
  if kind == TENSOR then return get_tensor(from) end
  if kind == NUMBER then return get_number(from) end
  if kind == STRING then return get_string(from) end
  if kind == TRUE or kind == FALSE then return kind == TRUE end
  if kind == NIL then return nil end
  local made = {}
  for _ = 1, get_number(from) do
    local key = read(from)
    made[key] = read(from)
  end
  return made
end

--- Writes values one after the other; raises an error without a position when they do not fit or
--- cannot be written.
---@param bytes ffi.cdata*
---@param size integer  how much room there is
---@param ... any
---@return integer size  how much was used
function codec.encode(bytes, size, ...)
  local out = { bytes = bytes, size = size, at = 0 }
  put_number(out, select("#", ...))
  for i = 1, select("#", ...) do write(out, (select(i, ...)), 1) end
  return out.at
end

--- Reads what `encode` has written; tensors are copies.
---@param bytes ffi.cdata*
---@return any ...
function codec.decode(bytes)
  local from = { bytes = bytes, at = 0 }
  local count, values = get_number(from), {}
  for i = 1, count do values[i] = read(from) end
  return unpack(values, 1, count)
end

return codec
