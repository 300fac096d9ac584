--- Activation functions.
return function(F)
  local declare = require "dgraph.functions.declare"(F)

  declare "sigmoid(x)"
  declare "relu(x)"
end
