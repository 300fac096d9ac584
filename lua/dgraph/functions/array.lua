--- Shapes, parts, joins, copies.
local ffi = require "ffi"
local check = require "dgraph.check"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local indexing = require "dgraph.tensor.indexing"
local native = require "dgraph.native"
local several = require "dgraph.functions.several"
local tensor = require "dgraph.tensor"

local C = native.C

local function split(array, x, axis, count, sizes)
  return C.dg_split(x, axis, count, sizes, array)
end
local function unstack(array, x, axis, count) return C.dg_unstack(x, axis, count, array) end

--- A method that takes a list as one table, or as numbers: `x:reshape(2, 3)`.
local function spread(f)
  return function(x, first, ...)
    if type(first) == "number" and select("#", ...) > 0 then first = { first, ... } end
    return f(x, first)
  end
end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: shapes
  --- Shapes: x: any; y: as many elements.
  --- Dtypes: any; y has x's.
  --- Errors: none.
  --- Source: NumPy, as Chainer has it.

  --- The same elements in another shape, of which one size may be -1.
  --- Shapes: x: any; y: `shape`.
  --- Errors: a shape with another number of elements; more than one -1.
  declare "reshape(x, shape: open_shape)"
  --- Repeated along axes of size 1 and new leading axes.
  --- Shapes: x: any; y: `shape`.
  --- Errors: a shape to which x does not broadcast.
  declare "broadcast_to(x, shape: shape)"
  --- The axes in another order; reversed when none is given.
  --- Shapes: x: any; y: x's sizes in the new order.
  --- Errors: axes that are not each once.
  declare "transpose(x, axes: axes?)"
  for _, name in ipairs { "reshape", "broadcast_to", "transpose" } do
    tensor.methods[name] = spread(F[name])
  end
  --- Shapes: x: one axis or more; y: with two sizes exchanged.
  declare "swapaxes(x, axis1: axis, axis2: axis) -> dg_swap_axes"
  --- Shapes: x: up to 7 axes; y: one axis of size 1 more.
  declare "expand_dims(x, axis: axis)"
  --- Without axes of size 1: those given, or all.
  --- Shapes: x: any; y: without these axes.
  --- Errors: an axis of another size than 1.
  declare "squeeze(x, axis: axes?)"
  --- The order along axes reversed, along all when none is given.
  --- Shapes: x: any; y: the same.
  declare "flip(x, axis: axes?)"

  --- Family: elements by position
  --- Shapes: x: one axis or more.
  --- Dtypes: any; y has x's.
  --- Errors: positions that x does not have.
  --- Source: NumPy, as Chainer has it.

  --- `x[slices]`
  --- Shapes: x: any; y: for each slice its length, for each tensor of positions its shape, none for
  --- a number; for a mask (bool) as many places as are true.
  --- Errors: positions that x does not have; more of them than x has axes; a step of 0; a mask of
  --- another shape.
  declare("get_item(x, slices: any)", indexing.get)
  --- Places along an axis that a tensor of positions chooses.
  --- Shapes: x: one axis or more; y: x's, with the shape of the indices in the place of the axis.
  --- Dtypes: x: any; indices: int32, int64 or uint8; y has x's.
  declare "take(x, indices, axis: axis = 1) -> dg_take(x, axis, indices, 1)"

  --- Family: choices and copies
  --- Shapes: x: any; y: the same.
  --- Dtypes: any; y has x's.
  --- Errors: none.
  --- Source: NumPy, as Chainer has it.

  --- The elements of x where the condition (bool) is true, else those of y.
  --- Shapes: condition, x, y: broadcast.
  --- Dtypes: condition: bool; x, y: any, one for both; the result has it.
  declare "where(condition, x, y)"
  --- Source: Chainer.
  declare "copy(x)"
  --- Dtypes: any; y has `typ`.
  --- Source: Chainer.
  declare "cast(x, typ: dtype)"
  --- Dtypes: any; y has `dtype`.
  declare "astype(x, dtype: dtype) -> dg_cast(x, dtype)"
  --- The positions of what is not 0, one row for each.
  --- Shapes: x: any; y: how many x axes.
  --- Dtypes: any; y has int64.
  --- Source: PyTorch.
  declare "nonzero(x) -> dg_nonzero(x, 1)"
  --- All elements along one axis.
  --- Shapes: x: any; y: one axis.
  --- Source: Chainer.
  declare("flatten(x)", function(x) return F.reshape(x, -1) end)

  --- Family: joins and parts
  --- Shapes: x: one axis or more.
  --- Dtypes: any; the results have x's.
  --- Errors: none.
  --- Source: Chainer.

  --- Tensors joined along an axis; the second one when nil.
  --- Shapes: xs: alike but along the axis; y: there the sum of their sizes.
  --- Dtypes: any, one for all; y has it.
  --- Errors: an empty list, or more than 65535 tensors.
  declare "concat(xs: tensors, axis: axis = 2)"
  --- Tensors of one shape side by side along a new axis.
  --- Shapes: xs: all of one shape; y: an axis more, of the size of the list.
  --- Dtypes: any, one for all; y has it.
  --- Errors: an empty list, or more than 65535 tensors.
  declare "stack(xs: tensors, axis: axis = 1)"
  --- A list of parts of x along an axis: as many equal ones as a number says, or of these sizes.
  --- Shapes: x: one axis or more; the results: x's but for the axis.
  --- Errors: a number of parts that does not divide the size; sizes that do not add up to it.
  --- Source: PyTorch's name; a number is one of parts, as Chainer's split_axis has it.
  ---@param sizes integer|integer[]
  ---@return dgraph.Tensor[]
  declare("split(x, sizes: any, axis: any = 1)", function(x, sizes, axis)
    local at = check.axis_and_size(x, axis, "F.split")
    if type(sizes) == "number" then
      local count = check.integer(sizes, "F.split", "the number of parts")
      if count < 1 then errors.raisef("F.split: %d parts", count) end
      return several(count, split, x, at, count, nil)
    end
    if type(sizes) ~= "table" or #sizes == 0 then
      errors.raisef("F.split: wanted a number of parts or a list of sizes, got %s",
        check.spell(sizes))
    end
    local array = ffi.new("int64_t[?]", #sizes)
    for i = 1, #sizes do array[i - 1] = check.integer(sizes[i], "F.split", "size " .. i) end
    return several(#sizes, split, x, at, #sizes, array)
  end)
  --- A list of parts of x along an axis: as many equal ones as a number says, or cut before each of
  --- these positions: `{3}` gives the places 1 to 2, and those from 3 on.
  --- Shapes: x: one axis or more; the results: x's but for the axis.
  --- Errors: a number of parts that does not divide the size; positions that do not rise or lie
  --- outside.
  ---@param indices_or_sections integer|integer[]|dgraph.Tensor
  ---@return dgraph.Tensor[]
  declare("split_axis(x, indices_or_sections: any, axis: any = 1)", function(x, cuts, axis)
    if type(cuts) == "number" then return F.split(x, cuts, axis) end
    local _, size = check.axis_and_size(x, axis, "F.split_axis")
    if native.is_tensor(cuts) then cuts = cuts:totable() end
    if type(cuts) ~= "table" then
      errors.raisef("F.split_axis: wanted a number of parts or a list of positions, got %s",
        check.spell(cuts))
    end
    local sizes, from = {}, 1
    for i = 1, #cuts do
      local cut = check.integer(cuts[i], "F.split_axis", "position " .. i)
      if cut < from or cut > size + 1 then
        errors.raisef("F.split_axis: position %d is %d; it must rise and be at most %d", i, cut,
          size + 1)
      end
      sizes[i], from = cut - from, cut
    end
    sizes[#cuts + 1] = size + 1 - from
    return F.split(x, sizes, axis)
  end)
  --- The places of x along an axis as a list, without that axis.
  --- Shapes: x: one axis or more; the results: x's without the axis.
  ---@return dgraph.Tensor[]
  declare("separate(x, axis: any = 1)", function(x, axis)
    local at, size = check.axis_and_size(x, axis, "F.separate")
    return several(size, unstack, x, at, size)
  end)
  --- The tensors repeated to their common shape, as a list.
  --- Shapes: any that broadcast; each result has the common shape.
  --- Dtypes: any, also different ones; each result has that of its tensor.
  ---@param ... dgraph.Tensor
  ---@return dgraph.Tensor[]
  function F.broadcast(...)
    local xs, shape = { ... }, {}
    check.tensors(xs, "F.broadcast", "xs")
    for _, x in ipairs(xs) do
      local own = x.shape
      local added = #own - #shape
      for _ = 1, added do table.insert(shape, 1, 1) end
      for i = 1, #own do
        local at = #shape - #own + i
        if shape[at] == 1 then shape[at] = own[i] end
      end
    end
    local list = {}
    for i, x in ipairs(xs) do list[i] = F.broadcast_to(x, shape) end
    return list
  end
  --- The element of each row that its label names: y[i] = x[i][t[i]]. Labels count from 1.
  --- Shapes: x: batch x classes or batch x classes x ...; t: x's without the classes; y: as t.
  --- Dtypes: x: any; t: int32, int64 or uint8; y has x's.
  --- Errors: labels that are not 1 to the number of classes.
  declare "select_item(x, t) -> dg_select_item(x, t, 1)"

  --- The diagonal `offset` above the main one of the matrices in two axes.
  --- Shapes: x: two axes or more; y: the others, then the diagonal's length.
  --- Errors: axis1 and axis2 that are one.
  --- Source: NumPy.
  declare("diagonal(x, offset: integer = 0, axis1: axis = 1, axis2: axis = 2) "
    .. "-> dg_diagonal(x, offset, axis1, axis2)")

  local before, after = ffi.new("int64_t[?]", C.DG_MAX_NDIM), ffi.new("int64_t[?]", C.DG_MAX_NDIM)

  --- Elements of a constant put around x. `pad_width`: a number, {before, after}, or that for each
  --- axis.
  --- Shapes: x: any; y: each axis longer by its two widths.
  --- Errors: another mode than "constant"; negative widths; widths for another number of axes.
  --- Source: NumPy, as Chainer has it.
  ---@param pad_width integer|integer[]|integer[][]
  declare("pad(x, pad_width: any, mode: any = 'constant', constant_values: number = 0)",
    function(x, width, mode, value)
      if mode ~= "constant" then errors.raise "F.pad: the only mode is \"constant\"" end
      if type(width) == "number" then width = { width, width } end
      if type(width) ~= "table" then
        errors.raisef("F.pad: pad_width must be a number or a list, got %s", check.spell(width))
      end
      local ndim = x.ndim
      if type(width[1]) == "table" and #width ~= ndim then
        errors.raisef("F.pad: widths for %d axes, x has %d", #width, ndim)
      end
      for i = 1, ndim do
        local own = type(width[i]) == "table" and width[i] or width
        before[i - 1] = check.integer(own[1], "F.pad", "the width before")
        after[i - 1] = check.integer(own[2] or own[1], "F.pad", "the width after")
      end
      return native.wrap(C.dg_pad(x, before, after, value))
    end)

  --- Each place of an axis so many times in a row: as a number says, or a list of one for each
  --- place. Without an axis, the elements of x one by one. Also `F["repeat"]`.
  --- Shapes: x: one axis or more; y: the axis as long as the sum of the repeats.
  --- Errors: a list of another length than the axis; negative repeats.
  --- Source: NumPy, as Chainer has it.
  ---@param repeats integer|integer[]
  declare("repeat_(x, repeats: any, axis: axis?)", function(x, repeats, axis)
    if axis == nil then x, axis = F.flatten(x), 1 end
    local at, size = check.axis_and_size(x, axis, "F.repeat_")
    if type(repeats) == "table" and #repeats == 1 then repeats = repeats[1] end
    if type(repeats) ~= "table" then
      return native.wrap(C.dg_repeat(x, at, check.integer(repeats, "F.repeat_", "repeats")))
    end
    if #repeats ~= size then
      errors.raisef("F.repeat_: %d repeats for %d places", #repeats, size)
    end
    local places = {}
    for i = 1, size do
      local count = check.integer(repeats[i], "F.repeat_", "repeats " .. i)
      if count < 0 then errors.raisef("F.repeat_: repeats %d is %d", i, count) end
      for _ = 1, count do places[#places + 1] = i end
    end
    return F.take(x, create.tensor(places, { dtype = "int64", device = x.device }), axis)
  end)
  F["repeat"] = F.repeat_
  --- The whole of x so many times along each axis.
  --- Shapes: x: any; y: each size as often as `reps` says, aligned at the last axis.
  --- Errors: negative numbers.
  --- Source: NumPy, as Chainer has it.
  declare "tile(x, reps: shape)"
end
