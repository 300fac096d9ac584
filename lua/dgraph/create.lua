--- New tensors: out of tables, filled, ranges, foreign memory.
local ffi = require "ffi"
local check = require "dgraph.check"
local convert = require "dgraph.tensor.convert"
local devices = require "dgraph.devices"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

---@class dgraph.TensorOptions
---@field dtype? dgraph.Dtype  float32 when nil
---@field requires_grad? boolean  make it a leaf that collects gradients; false
---@field name? string
---@field device? dgraph.Device  where it is made; `dg.config.device` when nil

local create = {}

local OPTIONS = { dtype = true, requires_grad = true, name = true, device = true }

--- Options out of a table or a bare dtype.
local function read_options(options, who)
  if type(options) == "string" then
    return devices.exists(options) and { device = options } or { dtype = options }
  end
  return check.options(options, who, OPTIONS)
end

--- Gives a new tensor what the options ask for.
local function apply(x, options)
  if options.requires_grad then x.requires_grad = true end
  if options.name then x.name = options.name end
  return x
end

create.apply = apply

--- A new tensor out of a number, a nested table, or another tensor, which is copied.
---@param value number|boolean|table|dgraph.Tensor
---@param options? dgraph.TensorOptions|dgraph.Dtype
---@return dgraph.Tensor
function create.tensor(value, options)
  options = read_options(options, "dg.tensor")
  local kind, x = type(value), nil
  if native.is_tensor(value) then
    local source = wrap(C.dg_detach(value))
    local device = options.device and devices.id(options.device, "dg.tensor")
    if device and device ~= C.dg_device_of(source) then source = wrap(C.dg_to(source, device)) end
    x = wrap(options.dtype and C.dg_cast(source, dtypes.id(options.dtype, "dg.tensor"))
      or C.dg_copy(source))
  elseif kind == "table" or kind == "number" or kind == "boolean" then
    x = convert.from_table(value, options.dtype)
    if options.device and options.device ~= x.device then x = x:to(options.device) end
  else
    errors.raisef("dg.tensor: wanted a number, a table or a tensor, got %s", check.spell(value))
  end
  return apply(x, options)
end

--- A leaf that collects gradients, out of what `dg.tensor` takes. A tensor's elements are shared.
---@param value number|table|dgraph.Tensor
---@param options? dgraph.TensorOptions|dgraph.Dtype  `requires_grad` is true here
---@return dgraph.Tensor
function create.Variable(value, options)
  options = read_options(options, "dg.Variable")
  local x
  if native.is_tensor(value) and not options.dtype and not options.device then
    x = wrap(C.dg_detach(value))
  else
    x = create.tensor(value, { dtype = options.dtype, device = options.device })
  end
  if options.requires_grad ~= false and dtypes.names_float(x.dtype) then
    x.requires_grad = true
  end
  if options.name then x.name = options.name end
  return x
end

--- A tensor as it is, or one made out of a number or table, which requires no gradient.
---@param value number|table|dgraph.Tensor
---@return dgraph.Tensor
function create.as_variable(value)
  if native.is_tensor(value) then return value end
  return create.tensor(value)
end

--- The elements without a graph, out of a tensor, number or table.
---@param value number|table|dgraph.Tensor
---@return dgraph.Tensor
function create.as_array(value)
  if native.is_tensor(value) then return wrap(C.dg_detach(value)) end
  return create.tensor(value)
end

--- Splits `2, 3, "int32"` or `{2, 3}, { dtype = "int32" }` into a list of sizes and options.
---@return integer[] shape
---@return dgraph.TensorOptions options
function create.shape_and_options(who, ...)
  local n, shape, options = select("#", ...), {}, nil
  for i = 1, n do
    local value = (select(i, ...))
    if i == n and i > 1 and (type(value) == "string" or type(value) == "table") then
      options = value
    elseif i == 1 and type(value) == "string" then
      options = value
    elseif i == 1 and type(value) == "table" and not (n == 1 and next(value) ~= nil
        and check.is_options(value)) then
      shape = value
    elseif i == 1 and type(value) == "table" then
      options = value
    elseif type(value) == "number" then
      shape[#shape + 1] = value
    elseif value ~= nil or i < n then
      errors.raisef("%s: size %d must be an integer, got %s", who, i, check.spell(value))
    end
  end
  return shape, read_options(options, who)
end

--- A tensor of a shape, its elements `value`, or not set when that is nil.
local function make(who, shape, options, value)
  local id = dtypes.id(options.dtype or convert.default_dtype(), who)
  local ndim = check.shape(shape, who)
  if value == nil then
    return apply(devices.make(options.device, who, "dg_empty", id, ndim, check.sizes), options)
  end
  return apply(devices.make(options.device, who, "dg_full", id, ndim, check.sizes, value), options)
end

--- A tensor whose elements are not set: `dg.empty(2, 3)`, `dg.empty({2, 3}, "int32")`.
---@param ... integer|integer[]|dgraph.Dtype|dgraph.TensorOptions
---@return dgraph.Tensor
function create.empty(...)
  local shape, options = create.shape_and_options("dg.empty", ...)
  return make("dg.empty", shape, options)
end

--- A tensor of zeros.
---@param ... integer|integer[]|dgraph.Dtype|dgraph.TensorOptions
---@return dgraph.Tensor
function create.zeros(...)
  local shape, options = create.shape_and_options("dg.zeros", ...)
  return make("dg.zeros", shape, options, 0)
end

--- A tensor of ones.
---@param ... integer|integer[]|dgraph.Dtype|dgraph.TensorOptions
---@return dgraph.Tensor
function create.ones(...)
  local shape, options = create.shape_and_options("dg.ones", ...)
  return make("dg.ones", shape, options, 1)
end

--- A tensor whose elements are all `value`.
---@param shape integer|integer[]
---@param value number|boolean
---@param options? dgraph.TensorOptions|dgraph.Dtype
---@return dgraph.Tensor
function create.full(shape, value, options)
  if type(value) == "boolean" then value = value and 1 or 0 end
  check.number(value, "dg.full", "the value")
  return make("dg.full", shape, read_options(options, "dg.full"), value)
end

local function like(who, x, options, value)
  check.tensor(x, who, "x")
  options = read_options(options, who)
  return make(who, x.shape, {
    dtype = options.dtype or x.dtype, requires_grad = options.requires_grad, name = options.name,
    device = options.device or x.device,
  }, value)
end

--- A tensor of x's shape and dtype; its elements are not set.
---@param x dgraph.Tensor
---@param options? dgraph.TensorOptions|dgraph.Dtype
---@return dgraph.Tensor
function create.empty_like(x, options) return like("dg.empty_like", x, options) end

--- Zeros in x's shape and dtype.
---@param x dgraph.Tensor
---@param options? dgraph.TensorOptions|dgraph.Dtype
---@return dgraph.Tensor
function create.zeros_like(x, options) return like("dg.zeros_like", x, options, 0) end

--- Ones in x's shape and dtype.
---@param x dgraph.Tensor
---@param options? dgraph.TensorOptions|dgraph.Dtype
---@return dgraph.Tensor
function create.ones_like(x, options) return like("dg.ones_like", x, options, 1) end

--- `value` in x's shape and dtype.
---@param x dgraph.Tensor
---@param value number
---@param options? dgraph.TensorOptions|dgraph.Dtype
---@return dgraph.Tensor
function create.full_like(x, value, options)
  check.number(value, "dg.full_like", "the value")
  return like("dg.full_like", x, options, value)
end

--- start, start + step, ... below stop; `dg.arange(n)` is 0 ... n - 1. Values are no positions.
---@param start number  or stop, when it is alone
---@param stop? number
---@param step? number  1
---@param options? dgraph.TensorOptions|dgraph.Dtype
---@return dgraph.Tensor
function create.arange(start, stop, step, options)
  if type(stop) == "string" or type(stop) == "table" then
    stop, step, options = nil, nil, stop
  elseif type(step) == "string" or type(step) == "table" then
    step, options = nil, step
  end
  if stop == nil then start, stop = 0, start end
  step = step == nil and 1 or step
  check.number(start, "dg.arange", "start")
  check.number(stop, "dg.arange", "stop")
  check.number(step, "dg.arange", "step")
  local steps = (stop - start) / step
  if not (steps > -math.huge and steps < 2 ^ 53) then -- NaN: no math.max before this
    errors.raise "dg.arange: the step is 0, or a bound is not finite"
  end
  local count = math.max(0, math.ceil(steps))
  options = read_options(options, "dg.arange")
  local id = dtypes.id(options.dtype or convert.default_dtype(), "dg.arange")
  local x = devices.make(options.device, "dg.arange", "dg_range", id, start, step, count)
  return apply(x, options)
end

--- `count` numbers from start to stop, both included.
---@param start number
---@param stop number
---@param count? integer  50
---@param options? dgraph.TensorOptions|dgraph.Dtype
---@return dgraph.Tensor
function create.linspace(start, stop, count, options)
  check.number(start, "dg.linspace", "start")
  check.number(stop, "dg.linspace", "stop")
  count = check.integer(count or 50, "dg.linspace", "count")
  if count < 0 then errors.raisef("dg.linspace: count is %d", count) end
  options = read_options(options, "dg.linspace")
  local id = dtypes.id(options.dtype or convert.default_dtype(), "dg.linspace")
  local step = count > 1 and (stop - start) / (count - 1) or 0
  local x = devices.make(options.device, "dg.linspace", "dg_range", id, start, step, count)
  return apply(x, options)
end

--- Ones on the diagonal, zeros elsewhere: rows x columns.
---@param rows integer
---@param columns? integer  as many as rows
---@param options? dgraph.TensorOptions|dgraph.Dtype
---@return dgraph.Tensor
function create.eye(rows, columns, options)
  if type(columns) == "string" or type(columns) == "table" then columns, options = nil, columns end
  check.integer(rows, "dg.eye", "rows")
  columns = check.integer(columns == nil and rows or columns, "dg.eye", "columns")
  options = read_options(options, "dg.eye")
  local id = dtypes.id(options.dtype or convert.default_dtype(), "dg.eye")
  return apply(devices.make(options.device, "dg.eye", "dg_eye", id, rows, columns, 0), options)
end

--- A square matrix with ones on the diagonal.
---@param n integer
---@param options? dgraph.TensorOptions|dgraph.Dtype
---@return dgraph.Tensor
function create.identity(n, options) return create.eye(n, n, options) end

--- Ones on diagonal k (0: the main one, positive: above it) and below it, zeros above.
---@param rows integer
---@param columns? integer  as many as rows
---@param k? integer  0
---@param options? dgraph.TensorOptions|dgraph.Dtype
---@return dgraph.Tensor
function create.tri(rows, columns, k, options)
  if type(columns) == "string" or type(columns) == "table" then
    columns, k, options = nil, nil, columns
  elseif type(k) == "string" or type(k) == "table" then
    k, options = nil, k
  end
  check.integer(rows, "dg.tri", "rows")
  columns = check.integer(columns == nil and rows or columns, "dg.tri", "columns")
  k = check.integer(k == nil and 0 or k, "dg.tri", "k")
  options = read_options(options, "dg.tri")
  local id = dtypes.id(options.dtype or convert.default_dtype(), "dg.tri")
  return apply(devices.make(options.device, "dg.tri", "dg_tri", id, rows, columns, k), options)
end

--- A tensor out of a string of bytes, as `x:tostring()` makes it.
---@param bytes string
---@param shape? integer|integer[]  one axis of what is there when nil
---@param options? dgraph.TensorOptions|dgraph.Dtype
---@return dgraph.Tensor
function create.from_string(bytes, shape, options)
  if type(bytes) ~= "string" then
    errors.raisef("dg.from_string: wanted a string, got %s", check.spell(bytes))
  end
  options = read_options(options, "dg.from_string")
  local dtype = options.dtype or convert.default_dtype()
  dtypes.id(dtype, "dg.from_string")
  shape = shape or { #bytes / dtypes.size(dtype) }
  local x = make("dg.from_string", shape, { dtype = options.dtype, device = "cpu" })
  if x.nbytes ~= #bytes then
    errors.raisef("dg.from_string: %d bytes for %d elements of %s", #bytes, x.size, dtype)
  end
  if #bytes > 0 then
    ffi.copy(x:pointer(), bytes, #bytes)
    x:touch()
  end
  return apply(x:to(options.device or convert.default_device()), options)
end

return create
