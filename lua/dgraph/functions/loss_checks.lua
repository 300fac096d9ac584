--- What losses share: checks of their arguments, and reductions.
local ffi = require "ffi"
local check = require "dgraph.check"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C = native.C

local checks = {}

--- What most reductions of Chainer's may be.
checks.MEAN_OR_NO = { "mean", "no" }

local sizes, others = ffi.new("int64_t[?]", C.DG_MAX_NDIM), ffi.new("int64_t[?]", C.DG_MAX_NDIM)

local function spell(x)
  local shape = table.concat(x.shape, "x")
  return ("%s %s"):format(x.dtype, shape == "" and "()" or shape)
end

--- Raises an error unless a tensor has a float dtype.
function checks.float(who, x)
  local dtype = native.check(C.dg_dtype_of(x))
  if not dtypes.is_float(dtype) then
    errors.raisef("%s: wanted a float tensor, got %s (cast it)", who, dtypes.name(dtype))
  end
end

--- Whether both have one shape.
function checks.same_shape(a, b)
  local n = native.check(C.dg_shape(a, sizes))
  if n ~= native.check(C.dg_shape(b, others)) then return false end
  for i = 0, n - 1 do
    if sizes[i] ~= others[i] then return false end
  end
  return true
end

--- Raises an error unless both have one float dtype and one shape: losses do not broadcast.
function checks.alike(who, a, b)
  checks.float(who, a)
  if C.dg_dtype_of(a) ~= native.check(C.dg_dtype_of(b)) or not checks.same_shape(a, b) then
    errors.raisef("%s: %s and %s differ", who, spell(a), spell(b))
  end
end

--- Raises an error unless labels t have the shape of x without its axis 2.
function checks.labels(who, x, t)
  local n = native.check(C.dg_shape(x, sizes))
  local fits = n >= 2 and native.check(C.dg_shape(t, others)) == n - 1 and sizes[0] == others[0]
  for i = 1, n - 2 do fits = fits and sizes[i + 1] == others[i] end
  if not fits then
    errors.raisef("%s: labels of %s do not fit %s (one label for each row)", who,
      spell(t), spell(x))
  end
end

--- Raises an error unless a number is more than 0.
function checks.positive(who, value, what)
  if value > 0 then return end
  errors.raisef("%s: %s is %g, wanted more than 0", who, what, value)
end

--- Raises an error unless `reduce` is one of the names that a function knows.
---@param who string
---@param reduce any
---@param known string[]
---@param what? string  the argument's name: "reduce"
function checks.reduction(who, reduce, known, what)
  for _, name in ipairs(known) do
    if reduce == name then return end
  end
  local names = {}
  for i, name in ipairs(known) do names[i] = ("%q"):format(name) end
  errors.raisef("%s: %s must be %s, got %s", who, what or "reduce",
    (table.concat(names, ", "):gsub(", ([^,]*)$", " or %1")), check.spell(reduce))
end

return checks
