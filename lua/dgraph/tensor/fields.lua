--- The fields of a tensor: shape, dtype, gradient, place in the graph.
local ffi = require "ffi"
local check = require "dgraph.check"
local devices = require "dgraph.devices"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local tensor = require "dgraph.tensor"

local C, wrap, wrap_maybe = native.C, native.wrap, native.wrap_maybe
local fields, setters = tensor.fields, tensor.setters
local sizes = ffi.new("int64_t[?]", C.DG_MAX_NDIM)

local function list(n)
  native.check(n)
  local result = {}
  for i = 1, n do result[i] = tonumber(sizes[i - 1]) end
  return result
end

function fields.shape(x) return list(C.dg_shape(x, sizes)) end
function fields.strides(x) return list(C.dg_strides(x, sizes)) end
function fields.ndim(x) return native.check(C.dg_ndim(x)) end
function fields.size(x) return native.check(C.dg_size(x)) end
function fields.dtype(x) return dtypes.name(native.check(C.dg_dtype_of(x))) end
function fields.itemsize(x) return dtypes.size(fields.dtype(x)) end
function fields.nbytes(x) return fields.size(x) * fields.itemsize(x) end
function fields.id(x) return native.check(C.dg_id(x)) end
function fields.version(x) return native.check(C.dg_version(x)) end
function fields.is_leaf(x) return native.check(C.dg_is_leaf(x)) == 1 end
function fields.is_contiguous(x) return native.check(C.dg_is_contiguous(x)) == 1 end
function fields.is_initialized(x) return native.check(C.dg_is_initialized(x)) == 1 end
function fields.requires_grad(x) return native.check(C.dg_requires_grad(x)) == 1 end

function fields.device(x) return devices.name(native.check(C.dg_device_of(x))) end

function fields.data(x) return wrap(C.dg_detach(x)) end
fields.array = fields.data

function fields.label(x)
  return ("%s %s"):format(fields.dtype(x), table.concat(fields.shape(x), "x"))
end

function fields.name(x)
  local name = C.dg_name(x)
  if name == nil then native.raise_last() end
  name = ffi.string(name)
  if name ~= "" then return name end
end

function fields.T(x) return x:transpose() end

--- The gradient; nil for a leaf that has none.
function fields.grad(x)
  local g = wrap_maybe(C.dg_gradient(x), x)
  if g == nil and C.dg_has_gradient(x) == 1 then native.raise_last() end
  if g == nil and C.dg_is_leaf(x) == 0 then
    errors.raisef("grad: this tensor is the result of %s, and backward keeps the gradients of "
      .. "leaves only (call x:retain_grad() before backward, or use retain_grad = true)",
      x.creator.name)
  end
  return g
end
fields.grad_var = fields.grad

function setters.grad(x, g)
  if g ~= nil then check.tensor(g, "grad", "the gradient") end
  native.check(C.dg_gradient_set(x, g))
end
setters.grad_var = setters.grad

function setters.requires_grad(x, on)
  native.check(C.dg_requires_grad_set(x, check.boolean(on, "requires_grad", "the value")))
end

function setters.name(x, name)
  if name ~= nil and type(name) ~= "string" then
    errors.raisef("name: a name must be a string, got %s", check.spell(name))
  end
  native.check(C.dg_name_set(x, name))
end

--- Copies elements in; shape and dtype must be those of x.
function setters.data(x, value)
  check.tensor(value, "data", "the value")
  if value.dtype ~= x.dtype then
    errors.raisef("data: got %s, wanted %s as before", value.dtype, x.dtype)
  end
  native.check(C.dg_assign(x, value))
end
setters.array = setters.data
