--- What a tensor of a graph can do: gradients, hooks, cutting the graph.
local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local check = require "dgraph.check"
local convert = require "dgraph.tensor.convert"
local native = require "dgraph.native"
local scope = require "dgraph.scope"
local tensor = require "dgraph.tensor"

local C, wrap = native.C, native.wrap
local methods = tensor.methods

--- The gradient as it is: nil without an error when a result kept none.
local function wrap_gradient(x) return native.wrap_maybe(C.dg_gradient(x), x) end

--- Forgets the gradient.
---@param x dgraph.Tensor
function methods.cleargrad(x) native.check(C.dg_gradient_set(x, nil)) end

local rows = ffi.new "dg_tensor *[2]"

--- The rows of a gradient that is kept as some rows of a matrix, that of `F.embed_id`: their
--- numbers, counted from 1, each once, and a matrix of their elements. nil for other gradients.
---@param x dgraph.Tensor
---@return dgraph.Tensor? numbers  n, int64
---@return dgraph.Tensor? elements  n x columns
function methods.grad_rows(x)
  if native.check(C.dg_gradient_rows(x, rows, rows + 1)) == 0 then return nil end
  return wrap(rows[0]) + 1, wrap(rows[1])
end

--- Adds another tensor's gradient to x's own.
---@param x dgraph.Tensor
---@param other dgraph.Tensor
function methods.addgrad(x, other)
  check.tensor(other, "addgrad", "the other tensor")
  local g = wrap_gradient(other)
  if g == nil then return end
  local own = wrap_gradient(x)
  local data = wrap(C.dg_detach(g))
  local sum = own and wrap(C.dg_add(wrap(C.dg_detach(own)), data)) or wrap(C.dg_copy(data))
  native.check(C.dg_gradient_set(x, sum))
end

--- Overwrites the elements with those of another tensor of the same shape, or of a nested table.
---@param x dgraph.Tensor
---@param from dgraph.Tensor|table|number
---@return dgraph.Tensor x
function methods.copydata(x, from)
  if type(from) == "number" then
    native.check(C.dg_fill(x, from))
    return x
  end
  if type(from) == "table" then from = convert.from_table(from, x.dtype) end
  check.tensor(from, "copydata", "the source")
  if C.dg_is_initialized(x) == 0 then
    native.check(C.dg_initialize(x, check.shape(from.shape, "copydata"), check.sizes))
  end
  native.check(C.dg_assign(x, from))
  return x
end

--- Sets all elements to a number.
---@param x dgraph.Tensor
---@param value number
---@return dgraph.Tensor x
function methods.fill(x, value)
  native.check(C.dg_fill(x, check.number(value, "fill", "the value")))
  return x
end

--- The same elements without the graph: a leaf that requires no gradient.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function methods.detach(x) return wrap(C.dg_detach(x)) end

--- The size of an axis; the same as `x.shape[axis]`, without a table.
---@param x dgraph.Tensor
---@param axis integer
---@return integer
function methods.dim(x, axis)
  return native.check(C.dg_dim(x, check.position(axis, "dim", "axis")))
end

--- Has backward keep the gradient of a result that is no leaf.
---@param x dgraph.Tensor
---@return dgraph.Tensor x
function methods.retain_grad(x)
  native.check(C.dg_retain_grad(x))
  return x
end

--- Cuts x from what made it: backward ends here.
---@param x dgraph.Tensor
function methods.unchain(x) native.check(C.dg_unchain(x)) end

--- Cuts all that x was computed from: truncated backpropagation through time.
---@param x dgraph.Tensor
function methods.unchain_backward(x) native.check(C.dg_unchain_backward(x)) end

methods.keep = scope.keep
methods.release = scope.release

--- Whether a tensor can still be used: not released, its scope still open.
---@param x dgraph.Tensor
---@return boolean
function methods.is_alive(x) return C.dg_alive(x) == 1 end

local function statistics(x)
  local ok, numbers, count, owner = pcall(convert.read, x)
  if not ok or count == 0 then return "no elements" end
  local sum, squares = 0, 0
  for i = 0, count - 1 do sum = sum + numbers[i] end
  local mean = sum / count
  for i = 0, count - 1 do squares = squares + (numbers[i] - mean) ^ 2 end
  buffer.free(owner)
  return ("mean %.6g, std %.6g"):format(mean, math.sqrt(squares / count))
end

--- What one wants to know of a tensor at a debugger: name, device, shape, mean and spread of its
--- elements and of its gradient.
---@param x dgraph.Tensor
---@return string
function methods.debug_print(x)
  local lines = {
    ("tensor %s (%s)"):format(x.name or "without name", x.requires_grad
      and (x.is_leaf and "leaf" or "from " .. x.creator.name) or "no gradient"),
    "- device: " .. x.device,
    "- dtype and shape: " .. x.label,
    "- data: " .. statistics(x),
  }
  local g = wrap_gradient(x)
  lines[#lines + 1] = "- grad: " .. (g and statistics(g) or "none")
  return table.concat(lines, "\n")
end

--- `debug_print` on one line.
---@param x dgraph.Tensor
---@return string
function methods.summary(x) return (methods.debug_print(x):gsub("\n%- ", ", ")) end
