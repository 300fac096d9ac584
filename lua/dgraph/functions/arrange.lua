--- Axes and elements in another order, tensors side by side, diagonals, sequences.
local ffi = require "ffi"
local check = require "dgraph.check"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

-- What as_strided takes for "where x begins".
local NONE = -0x8000000000000000LL

--- An axis counted from 1, out of one that may count from the end.
local function axis_of(axis, ndim, who, what)
  check.position(axis, who, what)
  local at = axis < 0 and ndim + 1 + axis or axis
  if at < 1 or at > ndim then
    errors.raisef("%s: %s %d is out of range for %d axes", who, what, axis, ndim)
  end
  return at
end

--- One axis or a list of them, each counted from 1 and none twice.
local function axes_of(axes, ndim, who, what)
  if type(axes) ~= "table" then axes = { axes } end
  local list, seen = {}, {}
  for i = 1, #axes do
    list[i] = axis_of(axes[i], ndim, who, what)
    if seen[list[i]] then errors.raisef("%s: %s %d is given twice", who, what, list[i]) end
    seen[list[i]] = true
  end
  return list
end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: other orders of axes and elements
  --- Shapes: x: any; y: as many elements.
  --- Dtypes: any; y has x's.
  --- Errors: none.
  --- Source: NumPy, as Chainer has it.

  --- The columns (axis 2) in reverse order.
  --- Shapes: x: two axes or more; y: the same.
  declare("fliplr(x)", function(x) return F.flip(x, 2) end)
  --- The rows (axis 1) in reverse order.
  --- Shapes: x: one axis or more; y: the same.
  declare("flipud(x)", function(x) return F.flip(x, 1) end)
  --- All elements along one axis; the same as `flatten`.
  --- Shapes: x: any; y: one axis.
  declare("ravel(x)", function(x) return F.reshape(x, -1) end)

  --- x with the axes `source` at the places `destination`, the others in their order.
  --- Shapes: x: any; y: x's sizes in the new order.
  --- Errors: lists of different lengths.
  ---@param source integer|integer[]
  ---@param destination integer|integer[]
  declare("moveaxis(x, source: any, destination: any)", function(x, source, destination)
    local ndim, order, taken = x.ndim, {}, {}
    local from = axes_of(source, ndim, "F.moveaxis", "source")
    local to = axes_of(destination, ndim, "F.moveaxis", "destination")
    if #from ~= #to then
      errors.raisef("F.moveaxis: %d sources and %d destinations", #from, #to)
    end
    for i = 1, #from do
      order[to[i]], taken[from[i]] = from[i], true
    end
    local place = 1
    for axis = 1, ndim do
      if not taken[axis] then
        while order[place] do place = place + 1 end
        order[place] = axis
      end
    end
    return ndim == 0 and x or F.transpose(x, order)
  end)
  --- x with one axis moved until it lies before the axis that is at `start`; behind all for ndim +
  --- 1.
  --- Shapes: x: one axis or more; y: x's sizes in the new order.
  declare("rollaxis(x, axis: axis, start: axis = 1)", function(x, axis, start)
    local ndim = x.ndim
    axis = axis_of(axis, ndim, "F.rollaxis", "axis")
    if start ~= ndim + 1 then start = axis_of(start, ndim, "F.rollaxis", "start") end
    return F.moveaxis(x, axis, axis < start and start - 1 or start)
  end)
  --- The elements moved `shift` places along an axis; those that leave it come in again at the
  --- other end. Lists move along several axes; without an axis x is flat.
  --- Shapes: x: any; y: the same.
  --- Errors: other than one shift for each axis.
  --- Source: NumPy.
  ---@param shift integer|integer[]
  declare("roll(x, shift: any, axis: any?)", function(x, shift, axis)
    if axis == nil then return F.reshape(F.roll(F.flatten(x), shift, 1), x.shape) end
    local axes = type(axis) == "table" and axis or { axis }
    local shifts = type(shift) == "table" and shift or { shift }
    if #axes ~= #shifts then
      errors.raisef("F.roll: %d shifts for %d axes", #shifts, #axes)
    end
    for i = 1, #axes do
      local at = axis_of(axes[i], x.ndim, "F.roll", "axis")
      local size = x:dim(at)
      local by = size > 0 and check.integer(shifts[i], "F.roll", "the shift") % size or 0
      if by > 0 then
        local parts = F.split(x, { size - by, by }, at)
        x = F.concat({ parts[2], parts[1] }, at)
      end
    end
    return x
  end)

  --- Family: tensors side by side
  --- Shapes: xs: all alike but along the axis in which they are joined; y: there the sum of their
  --- sizes.
  --- Dtypes: any, one for all; y has it.
  --- Errors: an empty list.
  --- Source: NumPy, as Chainer has it.

  --- Tensors joined along the second axis; vectors along the only one.
  declare("hstack(xs: tensors)", function(xs)
    check.tensors(xs, "F.hstack", "xs")
    local list = {}
    for i, x in ipairs(xs) do list[i] = x.ndim == 0 and F.reshape(x, 1) or x end
    return F.concat(list, list[1] and list[1].ndim == 1 and 1 or 2)
  end)
  --- Tensors joined along the first axis; a vector is one row.
  declare("vstack(xs: tensors)", function(xs)
    check.tensors(xs, "F.vstack", "xs")
    local list = {}
    for i, x in ipairs(xs) do list[i] = x.ndim < 2 and F.reshape(x, { 1, -1 }) or x end
    return F.concat(list, 1)
  end)
  --- Tensors joined along the third axis; a matrix is one layer of it, a vector one row of a layer.
  declare("dstack(xs: tensors)", function(xs)
    check.tensors(xs, "F.dstack", "xs")
    local list = {}
    for i, x in ipairs(xs) do
      if x.ndim < 2 then x = F.reshape(x, { 1, -1 }) end
      list[i] = x.ndim == 2 and F.expand_dims(x, 3) or x
    end
    return F.concat(list, 3)
  end)
  --- The vectors of a list repeated over a grid with one axis for each of them: "xy" has the second
  --- one along axis 1 and the first along axis 2, as NumPy; "ij" each along its own.
  --- Shapes: xs: vectors of any sizes; each result has an axis for each of them.
  --- Dtypes: any; each result has that of its vector.
  --- Errors: an `indexing` that is neither of the two.
  --- Source: NumPy.
  ---@return dgraph.Tensor[]
  declare("meshgrid(xs: tensors, indexing: any = 'xy')", function(xs, indexing)
    check.tensors(xs, "F.meshgrid", "xs")
    if indexing ~= "xy" and indexing ~= "ij" then
      errors.raisef("F.meshgrid: indexing is \"xy\" or \"ij\", not %s", check.spell(indexing))
    end
    local turned, shaped = indexing == "xy" and #xs > 1, {}
    for i, x in ipairs(xs) do
      if x.ndim ~= 1 then errors.raisef("F.meshgrid: xs[%d] has %d axes, wanted 1", i, x.ndim) end
      local shape, at = {}, turned and i <= 2 and 3 - i or i
      for axis = 1, #xs do shape[axis] = axis == at and -1 or 1 end
      shaped[i] = F.reshape(x, shape)
    end
    return F.broadcast(unpack(shaped))
  end)

  --- Family: diagonals and triangles
  --- Shapes: x: two axes or more; y: the same.
  --- Dtypes: any; y has x's.
  --- Errors: none.
  --- Source: NumPy.

  --- The sums of the diagonals `offset` above the main one of the matrices in two axes.
  --- Shapes: x: two axes or more; y: x without these two.
  --- Dtypes: any; y has x's, int64 for integers and bools.
  --- Errors: axis1 and axis2 that are one.
  declare("trace(x, offset: integer = 0, axis1: axis = 1, axis2: axis = 2)",
    function(x, offset, axis1, axis2) return F.sum(F.diagonal(x, offset, axis1, axis2), -1) end)
  --- Matrices with the last axis of x on the diagonal `offset` above the main one, zeros elsewhere.
  --- Shapes: x: one axis or more, ... x n; y: ... x m x m with m = n + |offset|.
  --- Source: PyTorch.
  declare "diag_embed(x, offset: integer = 0)"
  --- Diagonal k of a matrix; of a vector, the matrix that has it there.
  --- Shapes: x: n, then y: m x m with m = n + |k|; or x: m x n, then y: the diagonal's length.
  --- Errors: a tensor of another number of axes.
  declare("diag(x, k: integer = 0)", function(x, k)
    local ndim = x.ndim
    if ndim == 1 then return F.diag_embed(x, k) end
    if ndim ~= 2 then errors.raisef("F.diag: wanted a vector or a matrix, got %d axes", ndim) end
    return F.diagonal(x, k)
  end)
  --- The matrices in the last two axes with zeros above diagonal k.
  declare "tril(x, k: integer = 0)"
  --- The matrices in the last two axes with zeros below diagonal k.
  declare "triu(x, k: integer = 0)"

  local sizes, steps = ffi.new("int64_t[?]", C.DG_MAX_NDIM), ffi.new("int64_t[?]", C.DG_MAX_NDIM)

  --- A view of x's memory with this shape and these strides (in elements), which begins
  --- `storage_offset` elements behind the start of the memory; where x begins when nil. Gradients
  --- add up where an element is seen several times.
  --- Shapes: x: any; y: `shape`.
  --- Errors: other than one stride for each axis; a view that would reach beyond the elements of x;
  --- an x of which two elements are one in memory.
  --- Source: PyTorch.
  ---@param shape integer|integer[]
  ---@param strides integer|integer[]
  declare("as_strided(x, shape: any, strides: any, storage_offset: any?)",
    function(x, shape, strides, offset)
      local ndim = check.shape(shape, "F.as_strided")
      ffi.copy(sizes, check.sizes, 8 * ndim)
      if type(strides) == "number" then strides = { strides } end
      if type(strides) ~= "table" or #strides ~= ndim then
        errors.raisef("F.as_strided: wanted one stride for each of %d axes", ndim)
      end
      for i = 1, ndim do
        steps[i - 1] = check.integer(strides[i], "F.as_strided", "stride " .. i)
      end
      offset = offset == nil and NONE or check.integer(offset, "F.as_strided", "storage_offset")
      return wrap(C.dg_as_strided(x, ndim, sizes, steps, offset))
    end)

  -- -- Sequences ----------------------------------------------------------------------------------

  --- Family: sequences
  --- Shapes: xs: each length x ..., alike behind the first axis.
  --- Dtypes: any, one for all; y has it.
  --- Errors: none.
  --- Source: Chainer.

  --- Sequences of different lengths as one tensor, sequences x length x the rest: each is filled up
  --- with `padding` to `length`, or to the longest.
  --- Shapes: xs: each length x ..., alike behind the first axis; y: sequences x `length` x ...
  --- Errors: an empty list; a tensor without axes; a `length` below the longest.
  declare("pad_sequence(xs: tensors, length: any?, padding: number = 0)",
    function(xs, length, padding)
      check.tensors(xs, "F.pad_sequence", "xs")
      local longest, padded = 0, {}
      for i, x in ipairs(xs) do
        if x.ndim == 0 then errors.raisef("F.pad_sequence: xs[%d] has no axes", i) end
        longest = math.max(longest, x:dim(1))
      end
      length = length == nil and longest or check.integer(length, "F.pad_sequence", "length")
      if length < longest then
        errors.raisef("F.pad_sequence: length is %d, a sequence has %d", length, longest)
      end
      for i, x in ipairs(xs) do
        local widths = { { 0, length - x:dim(1) } }
        for axis = 2, x.ndim do widths[axis] = { 0, 0 } end
        padded[i] = F.pad(x, widths, "constant", padding)
      end
      return F.stack(padded)
    end)
  --- Sequences, the longest first, as a list by time: place i of the result has the i-th elements
  --- of all sequences that are as long. What it undoes is itself.
  --- Shapes: xs: each length x ..., alike behind the first axis; y: a list of n x ..., n falling.
  --- Errors: a tensor without axes; a sequence that is longer than the one before.
  ---@return dgraph.Tensor[]
  declare("transpose_sequence(xs: tensors)", function(xs)
    check.tensors(xs, "F.transpose_sequence", "xs")
    if #xs == 0 then return {} end
    local lengths, begins, total = {}, {}, 0
    for i, x in ipairs(xs) do
      if x.ndim == 0 then errors.raisef("F.transpose_sequence: xs[%d] has no axes", i) end
      lengths[i], begins[i] = x:dim(1), total
      total = total + lengths[i]
      if i > 1 and lengths[i] > lengths[i - 1] then
        errors.raisef("F.transpose_sequence: the longest comes first, but lengths %d and %d are %d "
          .. "and %d", i - 1, i, lengths[i - 1], lengths[i])
      end
    end
    if total == 0 then return {} end
    local places, counts, count = {}, {}, #xs
    for time = 1, lengths[1] do
      while lengths[count] < time do count = count - 1 end
      counts[time] = count
      for i = 1, count do places[#places + 1] = begins[i] + time end
    end
    places = create.tensor(places, { dtype = "int64", device = xs[1].device })
    return F.split(F.take(F.concat(xs, 1), places), counts)
  end)
  --- The places of x along an axis in the order that a permutation gives: y[i] = x[indices[i]], or
  --- with `inv` y[indices[i]] = x[i].
  --- Shapes: x: one axis or more; indices: as many as the axis has places; y: as x.
  --- Dtypes: any; y has x's.
  --- Errors: indices that are not each of 1 to n once.
  ---@param indices integer[]|dgraph.Tensor
  declare("permutate(x, indices: any, axis: axis = 1, inv: boolean = false)",
    function(x, indices, axis, inv)
      local who = "F.permutate"
      if native.is_tensor(indices) then
        if indices.ndim ~= 1 then errors.raisef("%s: indices have %d axes", who, indices.ndim) end
        indices = indices:totable()
      elseif type(indices) ~= "table" then
        errors.raisef("%s: indices must be a list or a tensor, got %s", who, check.spell(indices))
      end
      axis = axis_of(axis, x.ndim, who, "axis")
      local size, inverse = x:dim(axis), {}
      if #indices ~= size then
        errors.raisef("%s: %d indices for the %d places of axis %d", who, #indices, size, axis)
      end
      for i = 1, size do
        local at = indices[i]
        if type(at) ~= "number" or at % 1 ~= 0 or at < 1 or at > size or inverse[at] then
          errors.raisef("%s: index %d is %s, wanted each of 1 to %d once", who, i, check.spell(at),
            size)
        end
        inverse[at] = i
      end
      local order = inv and inverse or indices
      return F.take(x, create.tensor(order, { dtype = "int64", device = x.device }), axis)
    end)
end
