--- Elements on their way between C and Lua: numbers, nested tables, pointers, strings.
--
-- LuaJIT takes odd NaN bits for values of other types, so no float is read from C's memory: all
-- pass through dg_item or dg_read, which know one NaN only.
local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local check = require "dgraph.check"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local tensor = require "dgraph.tensor"

local C, wrap = native.C, native.wrap
local methods = tensor.methods

local convert = {}

local SMALL = 4096
local small = ffi.new("double[?]", SMALL)

--- Room for `count` doubles; good until the next call where it is small.
local function room(count)
  if count <= SMALL then return small end
  local bytes, message = buffer.new(8 * count)
  if not bytes then errors.raise(message) end
  return ffi.cast("double *", bytes), bytes
end
convert.room = room

--- All elements, row-major, as doubles.
---@param x dgraph.Tensor
---@return ffi.cdata* numbers
---@return integer count
---@return ffi.cdata? owner  keep it while `numbers` is used
function convert.read(x)
  local count = native.check(C.dg_size(x))
  local numbers, owner = room(count)
  native.check(C.dg_read(x, numbers, count))
  return numbers, count, owner
end

--- The only element.
---@param x dgraph.Tensor
---@return number|boolean
function methods.item(x)
  local value = C.dg_item(x)
  if value ~= value and (C.dg_size(x) ~= 1 or C.dg_is_initialized(x) ~= 1
      or C.dg_device_of(x) > 0 and C.dg_error_code() ~= C.DG_OK) then
    native.raise_last()
  end
  if C.dg_dtype_of(x) == C.DG_BOOL then return value ~= 0 end
  return value
end

--- All elements as nested tables; a number for a tensor without axes.
---@param x dgraph.Tensor
---@return table|number|boolean
function methods.totable(x)
  local shape, is_bool = x.shape, x.dtype == "bool"
  local numbers, _, owner = convert.read(x)
  local at = 0
  local function build(axis)
    if axis > #shape then
      at = at + 1
      if is_bool then return numbers[at - 1] ~= 0 end
      return numbers[at - 1]
    end
    local rows = {}
    for i = 1, shape[axis] do rows[i] = build(axis + 1) end
    return rows
  end
  local result = build(1)
  if owner then buffer.free(owner) end
  return result
end

--- The address of the elements, row-major: `float *`, `int64_t *` ... It is good while x lives, so
--- ask once: each call looks through all floats for odd NaN bits.
--- Call `x:touch()` after writing through it where a graph may have used x before. Floats that
--- others wrote there must not be read through it: odd NaN bits confuse LuaJIT.
---@param x dgraph.Tensor
---@return ffi.cdata* pointer
function methods.pointer(x)
  local p = C.dg_data(x)
  if p == nil and C.dg_size(x) ~= 0 then native.raise_last() end
  return ffi.cast(dtypes.pointer(x.dtype), p)
end

--- Notes that elements were overwritten through a pointer.
---@param x dgraph.Tensor
function methods.touch(x) native.check(C.dg_written(x)) end

--- The elements as a string of bytes, row-major, in this machine's byte order.
---@param x dgraph.Tensor
---@return string
function methods.tostring(x)
  local p = C.dg_data(x)
  if p == nil then
    C.dg_error_clear()
    return methods.tostring(wrap(C.dg_to(x, 0)))
  end
  return ffi.string(p, x.nbytes)
end

-- -- Out of tables ----------------------------------------------------------------------------

local function ragged(path, got, wanted)
  errors.raisef("dg.tensor: element %s has %s, wanted %s as the first of its kind", path, got,
    wanted)
end

--- The shape of a nested table, told by its first elements.
local function shape_of(value)
  local shape = {}
  while type(value) == "table" do
    shape[#shape + 1] = #value
    if #shape > C.DG_MAX_NDIM then
      errors.raisef("dg.tensor: nested deeper than %d", C.DG_MAX_NDIM)
    end
    value = value[1]
  end
  return shape
end

local function path_text(path, depth)
  local parts = {}
  for i = 1, depth do parts[i] = "[" .. path[i] .. "]" end
  return table.concat(parts)
end

--- Writes a nested table of a known shape as doubles; true if all elements are booleans.
local function flatten(value, shape, numbers)
  local at, booleans, path = 0, 0, {}
  local function visit(v, depth)
    local kind = type(v)
    if depth <= #shape then
      if kind ~= "table" then
        ragged(path_text(path, depth - 1), check.spell(v), shape[depth] .. " elements")
      elseif #v ~= shape[depth] then
        ragged(path_text(path, depth - 1), #v .. " elements", shape[depth])
      end
      for i = 1, shape[depth] do
        path[depth] = i
        visit(v[i], depth + 1)
      end
    elseif kind == "number" then
      numbers[at], at = v, at + 1
    elseif kind == "boolean" then
      numbers[at], at, booleans = v and 1 or 0, at + 1, booleans + 1
    elseif kind == "cdata" and tonumber(v) then
      numbers[at], at = tonumber(v), at + 1
    elseif kind == "table" then
      ragged(path_text(path, depth - 1), #v .. " elements", "a number")
    else
      errors.raisef("dg.tensor: element %s is %s, wanted a number", path_text(path, depth - 1),
        check.spell(v))
    end
  end
  visit(value, 1)
  return at > 0 and booleans == at
end

--- A new tensor out of a number, boolean or nested table.
---@param value number|boolean|table
---@param dtype? dgraph.Dtype  float32 when nil, or bool where all elements are booleans
---@return dgraph.Tensor
function convert.from_table(value, dtype)
  local shape, count = shape_of(value), 1
  for i = 1, #shape do count = count * shape[i] end
  local numbers, owner = room(count)
  local all_booleans = flatten(value, shape, numbers)
  dtype = dtype or all_booleans and "bool" or convert.default_dtype()
  local id, ndim = dtypes.id(dtype, "dg.tensor"), check.shape(shape, "dg.tensor")
  local x = C.dg_empty(id, ndim, check.sizes)
  x = x == nil and native.again("dg_empty", id, ndim, check.sizes) or wrap(x)
  native.check(C.dg_write(x, numbers, count))
  if owner then buffer.free(owner) end
  return x
end

--- What new tensors are when nobody says: `dg.config.dtype`.
---@return dgraph.Dtype
function convert.default_dtype() return require "dgraph.config".values.dtype end

--- Where new tensors are when nobody says: `dg.config.device`.
---@return dgraph.Device
function convert.default_device() return require "dgraph.config".values.device end

return convert
