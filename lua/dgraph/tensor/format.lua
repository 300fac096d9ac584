--- What `print(x)` shows: elements, dtype and shape, abridged.
local buffer = require "dgraph.utils.buffer"
local convert = require "dgraph.tensor.convert"
local dtypes = require "dgraph.dtypes"
local native = require "dgraph.native"
local tensor = require "dgraph.tensor"

local C = native.C

local THRESHOLD = 1000 -- with more elements, or rows without any, only the edges are shown
local EDGE = 3

local function number_text(v, kind)
  if v ~= v then return "nan" end
  if v == math.huge then return "inf" end
  if v == -math.huge then return "-inf" end
  if kind == "bool" then return v ~= 0 and "true" or "false" end
  if dtypes.names_float(kind) then return ("%.5g"):format(v) end
  return ("%.0f"):format(v)
end

--- The spelled elements of the sub-tensor that begins at element `at`.
local function spell(numbers, shape, strides, axis, at, kind, abridged)
  if axis > #shape then return number_text(numbers[at], kind) end
  local parts, n, i = {}, shape[axis], 1
  while i <= n do
    if abridged and n > 2 * EDGE and i == EDGE + 1 then
      parts[#parts + 1] = "..."
      i = n - EDGE + 1
    end
    local next_at = at + (i - 1) * strides[axis]
    parts[#parts + 1] = spell(numbers, shape, strides, axis + 1, next_at, kind, abridged)
    i = i + 1
  end
  local rows = axis < #shape and #parts > 1 and #shape - axis + 1 >= 2
  local text = table.concat(parts, ", ")
  if rows and #text > 72 then text = table.concat(parts, ",\n" .. (" "):rep(axis)) end
  return "{" .. text .. "}"
end

--- The elements as text: `{{1, 2}, {3, 4}}`.
local function elements(x)
  local shape, strides, step, parts = x.shape, {}, 1, 1
  for axis = #shape, 1, -1 do
    strides[axis] = step
    step, parts = step * shape[axis], parts * math.max(shape[axis], 1)
  end
  local numbers, _, owner = convert.read(x)
  local text = spell(numbers, shape, strides, 1, 0, x.dtype, parts > THRESHOLD)
  if owner then buffer.free(owner) end
  return text
end

--- `{{1, 2}, {3, 4}} float32 2x2`
function tensor.metatable.__tostring(x)
  if C.dg_alive(x) == 0 then return "released tensor" end
  if not x.is_initialized then return "uninitialized " .. x.dtype end
  local shape = #x.shape == 0 and "scalar" or table.concat(x.shape, "x")
  return ("%s %s %s"):format(elements(x), x.dtype, shape)
end
