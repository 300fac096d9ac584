--- Checks of arguments that come from Lua, and their way into C: axes, sizes, shapes, lists.
--
-- C would take 2.9 for 2 and nil for NULL without a word, so all of that is found here.
local ffi = require "ffi"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

-- As locals that never change these are constants to the JIT compiler.
local is_tensor, raisef, type = native.is_tensor, errors.raisef, type

local check = {}

local MAX_NDIM, MAX_INTEGER = native.C.DG_MAX_NDIM, 2 ^ 53

-- What `axes` and `shape` fill; C reads it before anything else of Lua runs.
local sizes = ffi.new("int64_t[?]", 64)
check.sizes = sizes

--- A value as it is shown in an error.
---@param value any
---@return string
local function spell(value)
  if is_tensor(value) then return "a tensor" end
  local kind = type(value)
  if kind == "number" then return ("%.14g"):format(value) end
  if kind == "string" then return ("%q"):format(value) end
  if kind == "nil" or kind == "boolean" then return tostring(value) end
  return "a " .. kind
end
check.spell = spell

--- Raises unless a value can be called: a function, or a layer.
---@param f any
---@param who string
function check.callable(f, who)
  if type(f) == "function" then return end
  local meta = debug.getmetatable(f)
  if is_tensor(f) or type(meta) ~= "table" or not meta.__call then
    raisef("%s: wanted a function, got %s", who, spell(f))
  end
end

--- A whole number, nothing else.
---@return integer
local function integer(value, who, what)
  if type(value) ~= "number" or value % 1 ~= 0 or value > MAX_INTEGER or value < -MAX_INTEGER then
    raisef("%s: %s must be an integer, got %s", who, what, spell(value))
  end
  return value
end
check.integer = integer

--- Any number, NaN as well.
---@return number
function check.number(value, who, what)
  if type(value) ~= "number" then
    raisef("%s: %s must be a number, got %s", who, what, spell(value))
  end
  return value
end

---@return boolean
function check.boolean(value, who, what)
  if type(value) ~= "boolean" then
    raisef("%s: %s must be true or false, got %s", who, what, spell(value))
  end
  return value
end

---@return dgraph.Tensor
function check.tensor(value, who, what)
  if not is_tensor(value) then
    raisef("%s: %s must be a tensor, got %s", who, what, spell(value))
  end
  return value
end

--- A position that counts from 1, or from the end as -1, as C counts it: from 0, or from the end.
---@return integer
local function position(value, who, what)
  integer(value, who, what)
  if value == 0 then raisef("%s: %s counts from 1 (or -1 from the end), got 0", who, what) end
  if value > 2 ^ 31 or value < -2 ^ 31 then
    raisef("%s: %s %.0f is out of range", who, what, value)
  end
  return value > 0 and value - 1 or value
end
check.position = position

--- An axis of x as C counts it, and its size.
---@return integer axis
---@return integer size
function check.axis_and_size(x, axis, who)
  local at, ndim = position(axis, who, "axis"), x.ndim
  if at >= ndim or at < -ndim then
    raisef("%s: axis %d is out of range for %d axes", who, axis, ndim)
  end
  return at, native.check(native.C.dg_dim(x, at))
end

--- Axes as C wants them, in `check.sizes`; returns how many. nil: none are named.
---@param axes nil|integer|integer[]
---@return integer
function check.axes(axes, who, what)
  if axes == nil then return 0 end
  if type(axes) ~= "table" then
    sizes[0] = position(axes, who, what)
    return 1
  end
  if #axes > MAX_NDIM then raisef("%s: %d axes, at most %d", who, #axes, MAX_NDIM) end
  for i = 1, #axes do sizes[i - 1] = position(axes[i], who, what) end
  return #axes
end

--- A shape in `check.sizes`; returns how many axes. A number is a shape of one axis.
---@param shape integer|integer[]
---@param lowest? integer  0, or -1 where a size may be left open
---@return integer
function check.shape(shape, who, lowest)
  if type(shape) == "number" then
    shape = { shape }
  elseif type(shape) ~= "table" then
    raisef("%s: the shape must be a list of sizes, got %s", who, spell(shape))
  end
  if #shape > MAX_NDIM then raisef("%s: %d axes, at most %d", who, #shape, MAX_NDIM) end
  for i = 1, #shape do
    local size = integer(shape[i], who, "size " .. i)
    if size < (lowest or 0) then raisef("%s: size %d is %.0f", who, i, size) end
    sizes[i - 1] = size
  end
  return #shape
end

local list, room = ffi.new("dg_tensor *[?]", 16), 16

--- A list of tensors as C wants it. The array is shared: C must read it before Lua goes on.
---@param tensors dgraph.Tensor[]
---@return ffi.cdata* array
---@return integer count
function check.tensors(tensors, who, what)
  if type(tensors) ~= "table" then
    raisef("%s: %s must be a list of tensors, got %s", who, what, spell(tensors))
  end
  local count = #tensors
  if count > room then
    list, room = ffi.new("dg_tensor *[?]", 2 * count), 2 * count
  end
  for i = 1, count do
    if not is_tensor(tensors[i]) then
      raisef("%s: %s[%d] must be a tensor, got %s", who, what, i, spell(tensors[i]))
    end
    list[i - 1] = tensors[i]
  end
  return list, count
end

--- Whether a table holds options, which have names, rather than a list of values.
---@param value any
---@return boolean
function check.is_options(value)
  if type(value) ~= "table" then return false end
  local key = next(value)
  return key == nil or type(key) == "string"
end

--- Reads a table of options: an error for a name that is not among `known`.
---@param options table?
---@param who string
---@param known table<string, boolean>
---@return table options
function check.options(options, who, known)
  if options == nil then return {} end
  if type(options) ~= "table" then
    raisef("%s: options must be a table, got %s", who, spell(options))
  end
  for name in pairs(options) do
    if not known[name] then
      local names = {}
      for each in pairs(known) do names[#names + 1] = each end
      table.sort(names)
      raisef("%s: unknown option %s (known: %s)", who, spell(name), table.concat(names, ", "))
    end
  end
  return options
end

return check
