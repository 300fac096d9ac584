--- Arithmetic, elementary functions, reductions, products.
local operators = require "dgraph.tensor.operators"
local tensor = require "dgraph.tensor"

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  for name, f in pairs(operators.binary) do
    F[name] = f
    tensor.methods[name] = f
  end

  declare "neg(x)"
  declare "exp(x)"
  declare "log(x)"
  declare "sqrt(x)"
  declare "square(x)"
  declare "tanh(x)"
  declare "sum(x, axis: axes?, keepdims: boolean = false)"
  declare "sum_to(x, shape: shape)"
end
