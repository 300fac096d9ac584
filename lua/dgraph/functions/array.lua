--- Shapes, parts, copies.
return function(F)
  local declare = require "dgraph.functions.declare"(F)

  declare "reshape(x, shape: open_shape)"
  declare "broadcast_to(x, shape: shape)"
  declare "copy(x)"
  declare "cast(x, typ: dtype)"
end
