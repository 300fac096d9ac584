--- Activation functions.
return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- 1 / (1 + exp(-x)), elementwise.
  declare "sigmoid(x)"
  --- The greater of x and 0, elementwise.
  declare "relu(x)"
  --- log(1 + exp(beta x)) / beta, elementwise.
  declare "softplus(x, beta: number = 1)"
  --- exp(x) divided by its sum along an axis; the second one, or the first where x has no other.
  declare "softmax(x, axis: axis = 2)"
  --- The logarithm of softmax.
  declare "log_softmax(x, axis: axis = 2)"
end
