--- Shapes, parts, joins, copies.
local indexing = require "dgraph.tensor.indexing"

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- The same elements in another shape, of which one size may be -1.
  declare "reshape(x, shape: open_shape)"
  --- Repeated along axes of size 1 and new leading axes.
  declare "broadcast_to(x, shape: shape)"
  --- The axes in another order; reversed when none is given.
  declare "transpose(x, axes: axes?)"
  declare "swapaxes(x, axis1: axis, axis2: axis) -> dg_swap_axes"
  declare "expand_dims(x, axis: axis)"
  --- Without axes of size 1: those given, or all.
  declare "squeeze(x, axis: axes?)"
  --- The order along axes reversed, along all when none is given.
  declare "flip(x, axis: axes?)"
  --- `x[slices]`
  declare("get_item(x, slices: any)", indexing.get)
  --- Places along an axis that a tensor of positions chooses.
  declare "take(x, indices, axis: axis = 1) -> dg_take(x, axis, indices, 1)"
  --- The elements of x where the condition (bool) is true, else those of y.
  declare "where(condition, x, y)"
  declare "copy(x)"
  declare "cast(x, typ: dtype)"
  --- The positions of what is not 0, one row for each.
  declare "nonzero(x) -> dg_nonzero(x, 1)"
  --- All elements along one axis.
  declare("flatten(x)", function(x) return F.reshape(x, -1) end)
end
