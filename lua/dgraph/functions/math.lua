--- Arithmetic, elementary functions, comparisons, reductions, products.
local operators = require "dgraph.tensor.operators"
local tensor = require "dgraph.tensor"

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  -- add sub mul div pow mod floordiv maximum minimum lt le gt ge eq ne: two tensors, broadcast, or
  -- a tensor and a number. Comparisons give bools.
  for name, f in pairs(operators.binary) do
    F[name] = f
    tensor.methods[name] = f
  end

  declare "neg(x)"
  declare "absolute(x) -> dg_abs"
  declare "abs(x)"
  declare "sign(x)"
  declare "square(x)"
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
  declare "tanh(x)"
  declare "erf(x)"
  declare "floor(x)"
  declare "ceil(x)"
  declare "round(x)"
  declare "clip(x, x_min: number, x_max: number)"

  -- Bools. For finding NaN: `x:isnan():any()`.
  declare "isnan(x)"
  declare "isinf(x)"
  declare "isfinite(x)"
  declare "logical_not(x)"
  declare "logical_and(x1, x2)"
  declare "logical_or(x1, x2)"

  -- Reductions over an axis, a list of axes, or all of them.
  declare "sum(x, axis: axes?, keepdims: boolean = false)"
  declare "sum_to(x, shape: shape)"
end
