--- Arithmetic, elementary functions, comparisons, reductions, products.
local check = require "dgraph.check"
local native = require "dgraph.native"
local operators = require "dgraph.tensor.operators"
local tensor = require "dgraph.tensor"

local C = native.C

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: comparisons
  --- Members: lt le gt ge eq ne
  --- Shapes: a, b: broadcast; either may be a number; y: their common shape.
  --- Dtypes: any, one for both; y has bool.
  --- Errors: none.
  --- Source: NumPy.

  --- Family: division and powers
  --- Members: div pow mod floordiv
  --- Shapes: a, b: broadcast; either may be a number; y: their common shape.
  --- Dtypes: div, pow: floats, one for both (integers with the exponent 2); mod, floordiv: numbers,
  --- one for both; y has it.
  --- Errors: a divisor of 0 for integers.
  --- Source: NumPy.

  --- Family: arithmetic
  --- Members: sub mul maximum minimum
  --- Shapes: a, b: broadcast; either may be a number; y: their common shape.
  --- Dtypes: numbers, one for both; y has it.
  --- Errors: a number that is not whole with a tensor of integers.
  --- Source: NumPy.

  -- add sub mul div pow mod floordiv maximum minimum lt le gt ge eq ne: two tensors, broadcast, or
  -- a tensor and a number. Comparisons give bools.
  for name, f in pairs(operators.binary) do
    F[name] = f
    tensor.methods[name] = f
  end

  local add = operators.binary.add
  --- The sum of two or more, broadcast.
  --- Shapes: broadcast; any but all of them may be numbers; y: their common shape.
  --- Dtypes: numbers, one for all; y has it.
  --- Errors: a number that is not whole with a tensor of integers.
  --- Source: Chainer.
  ---@param a dgraph.Tensor|number
  ---@param b dgraph.Tensor|number
  ---@param ... dgraph.Tensor|number
  ---@return dgraph.Tensor
  function F.add(a, b, ...)
    local y = add(a, b)
    for i = 1, select("#", ...) do y = add(y, (select(i, ...))) end
    return y
  end
  tensor.methods.add = F.add

  --- Family: signs and squares
  --- Shapes: x: any; y: the same.
  --- Dtypes: numbers; y has x's. Integers wrap around.
  --- Errors: none.
  --- Source: NumPy.

  declare "neg(x)"
  declare "absolute(x) -> dg_abs"
  declare "abs(x)"
  declare "sign(x)"
  declare "square(x)"

  --- Family: elementary functions
  --- Shapes: x: any; y: the same.
  --- Dtypes: floats; y has x's.
  --- Errors: none.
  --- Source: NumPy.

  declare "sqrt(x)"
  declare "rsqrt(x)"
  declare "exp(x)"
  declare "expm1(x)"
  declare "log(x)"
  declare "log1p(x)"
  declare "log2(x)"
  declare "log10(x)"
  declare "sin(x)"
  declare "cos(x)"
  declare "tan(x)"
  declare "arcsin(x)"
  declare "arccos(x)"
  declare "arctan(x)"
  --- The angle of the point with ordinate x1 and abscissa x2, from -pi to pi; broadcast.
  --- Shapes: x1, x2: broadcast; y: their common shape.
  --- Dtypes: floats, one for both; y has it.
  declare "arctan2(x1, x2)"
  declare "sinh(x)"
  declare "cosh(x)"
  declare "tanh(x)"
  declare "arcsinh(x)"
  declare "arccosh(x)"
  declare "arctanh(x)"
  declare "floor(x)"
  declare "ceil(x)"
  declare "round(x)"
  declare "fix(x)"
  --- The rest of x over divisor, broadcast, with the sign of x; `%` gives it the divisor's.
  --- Shapes: x, divisor: broadcast; y: their common shape.
  --- Dtypes: floats, one for both; y has it.
  declare "fmod(x, divisor)"
  --- Errors: an x_min that is above x_max.
  declare "clip(x, x_min: number, x_max: number)"

  --- x y, where the axes of y are those of x from `axis` on, or the first of these.
  --- Shapes: x: any; y: the sizes of x's axes from `axis` on, or of the first of these; the result:
  --- as x.
  --- Dtypes: numbers, one for both; the result has it.
  --- Source: Chainer.
  declare "scale(x, y, axis: axis = 2) -> dg_scale_along"
  --- Shapes: x: any; y: the sizes of x's axes from `axis` on, or of the first of these; the result:
  --- as x.
  --- Dtypes: numbers, one for both; the result has it.
  --- Source: Chainer.
  declare "bias(x, y, axis: axis = 2) -> dg_bias_along"
  --- p x + (1 - p) y, elementwise; all of one shape.
  --- Shapes: all of one shape, any; y: the same.
  --- Dtypes: floats, one for all; y has it.
  --- Source: Chainer.
  declare "linear_interpolate(p, x, y)"
  --- The arguments as they are.
  --- Shapes: any.
  --- Dtypes: any, and whatever else.
  --- Source: Chainer.
  function F.identity(...) return ... end

  --- Family: tests
  --- Shapes: x: any; y: the same.
  --- Dtypes: any; y has bool.
  --- Errors: none.
  --- Source: NumPy.

  -- Bools. `x:isnan():max():item()` is true where x has a NaN.
  declare "isnan(x)"
  declare "isinf(x)"
  declare "isfinite(x)"
  --- Dtypes: bool; y has it.
  declare "logical_not(x)"
  --- Shapes: x1, x2: broadcast; y: their common shape.
  --- Dtypes: bool; y has it.
  declare "logical_and(x1, x2)"
  --- Shapes: x1, x2: broadcast; y: their common shape.
  --- Dtypes: bool; y has it.
  declare "logical_or(x1, x2)"

  --- Family: reductions
  --- Shapes: x: any; y: x's without these axes (of all: one number), or with size 1 with keepdims.
  --- Dtypes: floats; y has x's.
  --- Errors: none.
  --- Source: NumPy, as Chainer has it.

  -- Reductions over an axis, a list of axes, or all of them.
  --- Dtypes: any; y has x's, int64 for integers and bools.
  declare "sum(x, axis: axes?, keepdims: boolean = false)"
  --- Shapes: x: any; y: `shape`.
  --- Dtypes: any; y has x's, int64 for integers and bools.
  --- Errors: a shape that does not broadcast to x's.
  --- Source: Chainer.
  declare "sum_to(x, shape: shape)"
  declare "mean(x, axis: axes?, keepdims: boolean = false)"
  --- Dtypes: any; y has x's.
  --- Errors: an axis without elements.
  declare "max(x, axis: axes?, keepdims: boolean = false)"
  --- Dtypes: any; y has x's.
  --- Errors: an axis without elements.
  declare "min(x, axis: axes?, keepdims: boolean = false)"
  --- Positions, which count from 1; over several axes in row-major order.
  --- Dtypes: any; y has int64.
  --- Errors: an axis without elements.
  declare("argmax(x, axis: axes?, keepdims: boolean = false) "
    .. "-> dg_argmax(x, axis, keepdims, 1)")
  --- Dtypes: any; y has int64.
  --- Errors: an axis without elements.
  declare("argmin(x, axis: axes?, keepdims: boolean = false) "
    .. "-> dg_argmin(x, axis, keepdims, 1)")
  --- Dtypes: any; y has bool.
  --- Source: NumPy.
  declare "any(x, axis: axes?, keepdims: boolean = false)"
  --- Dtypes: any; y has bool.
  --- Source: NumPy.
  declare "all(x, axis: axes?, keepdims: boolean = false)"
  declare "prod(x, axis: axes?, keepdims: boolean = false)"
  --- The sum of (x - mean)^2 over n - correction, where n elements go. The correction is PyTorch's;
  --- NumPy and Chainer divide by n: give 0 for that.
  --- Source: PyTorch.
  declare("var(x, axis: axes?, correction: number = 1, keepdims: boolean = false) "
    .. "-> dg_var(x, axis, correction, keepdims)")
  --- The square root of the variance, with the same options.
  --- Source: PyTorch.
  declare("std(x, axis: axes?, correction: number = 1, keepdims: boolean = false) "
    .. "-> dg_std(x, axis, correction, keepdims)")
  --- The sum of squares of each place of the first axis.
  --- Shapes: x: batch x ...; y: batch.
  --- Dtypes: numbers; y has x's, int64 for integers.
  --- Source: Chainer.
  declare("batch_l2_norm_squared(x)", function(x)
    local _, rows = check.axis_and_size(x, 1, "F.batch_l2_norm_squared")
    return F.sum(F.square(F.reshape(x, { rows, x.size / math.max(rows, 1) })), 2)
  end)
  --- The mean, or with weights of x's shape, or of the axis's size, the weighted mean.
  --- Shapes: x: any; weights: x's shape, or a vector along the one axis; y: x's without these axes,
  --- or with size 1 with keepdims.
  --- Dtypes: floats, one for both; y has it.
  --- Errors: weights that do not broadcast to x.
  ---@param axis? integer|integer[]
  declare("average(x, axis: any?, weights: tensor?, keepdims: boolean = false)",
    function(x, axis, weights, keepdims)
      if not weights then return F.mean(x, axis, keepdims) end
      if weights.ndim == 1 and x.ndim > 1 and type(axis) == "number" then
        local shape = {}
        for i = 1, x.ndim do shape[i] = 1 end
        shape[axis > 0 and axis or #shape + 1 + axis] = weights.size
        weights = F.reshape(weights, shape)
      end
      weights = F.broadcast_to(weights, x.shape)
      return F.div(F.sum(x * weights, axis, keepdims), F.sum(weights, axis, keepdims))
    end)
  --- The logarithm of the sum of exp(x), without overflow.
  declare "logsumexp(x, axis: axes?, keepdims: boolean = false)"

  --- Family: running sums, products and maxima
  --- Shapes: x: one axis or more; y: the same.
  --- Dtypes: floats; y has x's.
  --- Errors: none.
  --- Source: NumPy, as Chainer has it.

  --- Sums up to each place of an axis.
  --- Dtypes: floats, int32, int64; y has x's.
  declare "cumsum(x, axis: axis = 1) -> dg_cumsum(x, axis, 0)"
  --- Products up to each place of an axis.
  declare "cumprod(x, axis: axis = 1)"
  --- The largest elements up to each place of an axis, and their positions there, which count from
  --- 1: of equals the last one.
  --- Shapes: x: one axis or more; the results: the same.
  --- Dtypes: any; values have x's, positions int64.
  --- Source: PyTorch.
  ---@return dgraph.Tensor values
  ---@return dgraph.Tensor positions
  declare("cummax(x, axis: axis = 1)", function(x, axis)
    axis = check.position(axis, "F.cummax", "axis")
    local positions = native.wrap(C.dg_argcummax(x, axis, 1))
    return native.wrap(C.dg_gather(x, axis, positions, 1)), positions
  end, 2)


  -- Products.
  local function transposed(x, on)
    if not on or C.dg_ndim(x) < 2 then return x end
    return native.wrap(C.dg_swap_axes(x, -2, -1))
  end

  --- Family: products
  --- Shapes: a: ... x m x k or k; b: ... x k x n or k; y: ... x m x n, without m or n for vectors.
  --- Dtypes: numbers, one for both; y has it. Integers wrap around.
  --- Errors: none.
  --- Source: NumPy.

  --- The matrix product of the last two axes, the others broadcast; a vector is a row on the left,
  --- a column on the right.
  declare("matmul(a, b, transa: boolean = false, transb: boolean = false)",
    function(a, b, transa, transb)
      if transa or transb then a, b = transposed(a, transa), transposed(b, transb) end
      local y = C.dg_matmul(a, b)
      if y == nil then return native.again("dg_matmul", a, b) end
      return native.wrap(y)
    end)
end
