--- Elements chosen by their positions, put at positions, and put in order.
local check = require "dgraph.check"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local tensor = require "dgraph.tensor"

local C, wrap = native.C, native.wrap

local function like(x) return { dtype = x.dtype, device = x.device } end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: elements by tensors of positions
  --- Shapes: x: one axis or more.
  --- Dtypes: x: any; the index: int32, int64 or uint8; y has x's.
  --- Errors: positions that the axis does not have.
  --- Source: PyTorch.

  --- y[i][j] = x[i][index[i][j]] for axis 2 of two: an element for each of the index, which has as
  --- many axes as x, none of them larger but this one. PyTorch's gather.
  --- Shapes: x: one axis or more; index: as many axes, none larger but this one; y: as the index.
  declare "gather(x, axis: axis, index) -> dg_gather(x, axis, index, 1)"
  --- The same as NumPy has it: the axes of x and of the indices other than this one are broadcast.
  --- Shapes: x, indices: as many axes, which broadcast but for this one; y: as the indices after
  --- that.
  --- Source: NumPy.
  declare("take_along_axis(x, indices, axis: axis = -1)", function(x, indices, axis)
    local own, other = x.shape, indices.shape
    local at = axis < 0 and #own + 1 + axis or axis
    if #own == #other then
      local wide, wide_index = {}, {}
      for i = 1, #own do
        local size = own[i] == 1 and other[i] or own[i]
        wide[i], wide_index[i] = i == at and own[i] or size, i == at and other[i] or size
      end
      x, indices = F.broadcast_to(x, wide), F.broadcast_to(indices, wide_index)
    end
    return F.gather(x, axis, indices)
  end)
  --- x, but y[i][index[i][j]] = src[i][j] for axis 2 of two: what gather undoes. `src` has the
  --- shape of the index, or is a number. Of equal places the last one stays, and has the gradient.
  --- Shapes: x: one axis or more; index: as many axes, none larger but this one; src: as the index;
  --- y: as x.
  --- Dtypes: x: any; src: x's; the index: int32, int64 or uint8; y has x's.
  ---@param src dgraph.Tensor|number
  declare("scatter(x, axis: axis, index, src: any)", function(x, axis, index, src)
    axis = check.position(axis, "F.scatter", "axis")
    if type(src) == "number" then return wrap(C.dg_scatter_number(x, axis, index, 1, src)) end
    check.tensor(src, "F.scatter", "src")
    return wrap(C.dg_scatter(x, axis, index, 1, src))
  end)
  --- a + b at the places that `slices` choose, which may be all that an index can be: `a[slices] +=
  --- b` as a new tensor. b is broadcast; places that are chosen twice are added to twice.
  --- Shapes: a: any; b: broadcasts to the shape of a[slices]; y: as a.
  --- Dtypes: numbers, one for both; y has it.
  --- Errors: slices that a does not have.
  --- Source: Chainer.
  declare("scatter_add(a, slices: any, b)", function(a, slices, b)
    local places = tensor.index(wrap(C.dg_enumerate(a)), slices)
    b = F.broadcast_to(b, places.shape)
    local sums = wrap(C.dg_scatter_add(b, 0, places, 0, a.size))
    return a + F.reshape(sums, a.shape)
  end)
  --- x + alpha source, where place i of the source along an axis is added to place index[i] of x.
  --- Shapes: x: one axis or more; index: one axis; source: as x, but as long as the index along the
  --- axis; y: as x.
  --- Dtypes: x, source: numbers, one for both; the index: int32, int64 or uint8; y has x's.
  --- Errors: an index of another number of axes; positions that the axis does not have.
  declare("index_add(x, axis: axis, index, source, alpha: number = 1)",
    function(x, axis, index, source, alpha)
      local at, size = check.axis_and_size(x, axis, "F.index_add")
      if index.ndim ~= 1 then
        errors.raisef("F.index_add: wanted an index of one axis, got %d", index.ndim)
      end
      local sums = wrap(C.dg_scatter_add(source, at, index, 1, size))
      return x + (alpha == 1 and sums or sums * alpha)
    end)
  --- x with `value`, a number or a tensor without axes, where the mask (bool) is true.
  --- Shapes: x, mask: broadcast; value: one number; y: their common shape.
  --- Dtypes: x: any; mask: bool; a tensor as value: x's; y has x's.
  --- Errors: a value with axes.
  ---@param value number|boolean|dgraph.Tensor
  declare("masked_fill(x, mask, value: any)", function(x, mask, value)
    if type(value) == "boolean" then value = value and 1 or 0 end
    if type(value) == "number" then value = create.full({}, value, like(x)) end
    check.tensor(value, "F.masked_fill", "value")
    if value.ndim > 0 then
      errors.raisef("F.masked_fill: the value has %d axes, wanted one number", value.ndim)
    end
    return F.where(mask, value, F.broadcast_to(x, x.shape))
  end)
  --- A new last axis with 1 at the place that the label names and 0 elsewhere. Labels count from 1;
  --- there are as many classes as the largest when `num_classes` is nil.
  --- Shapes: t: any; y: t's shape, then classes.
  --- Dtypes: t: int32, int64 or uint8; y has `dtype`.
  --- Errors: labels that are not 1 to the number of classes; no labels and no num_classes.
  declare("one_hot(t, num_classes: any?, dtype: any = 'int64')", function(t, num_classes, dtype)
    local who = "F.one_hot"
    if num_classes == nil then
      if t.size == 0 then errors.raisef("%s: without labels num_classes is wanted", who) end
      num_classes = t:max():item()
    end
    check.integer(num_classes, who, "num_classes")
    local lowest = t.size > 0 and t:min():item() or 1
    if lowest < 1 then
      errors.raisef("%s: label %d is not one of 1 to %d: classes count from 1", who, lowest,
        num_classes)
    end
    local shape = t.shape
    shape[#shape + 1] = num_classes
    local zeros = create.zeros(shape, { dtype = dtype, device = t.device })
    return wrap(C.dg_scatter_number(zeros, -1, F.expand_dims(t, -1), 1, 1))
  end)

  --- Family: orders
  --- Shapes: x: one axis or more; the results: the same.
  --- Dtypes: any; positions have int64, values x's.
  --- Errors: none.
  --- Source: PyTorch.

  --- The positions at which the elements along an axis stand in rising or falling order. Equal
  --- elements keep their order, NaN counts as larger than all numbers.
  declare("argsort(x, axis: axis = -1, descending: boolean = false) "
    .. "-> dg_argsort(x, axis, descending, 1)")
  --- The elements along an axis in rising or falling order, and their positions: as argsort.
  ---@return dgraph.Tensor values
  ---@return dgraph.Tensor positions
  declare("sort(x, axis: axis = -1, descending: boolean = false)", function(x, axis, descending)
    local positions = F.argsort(x, axis, descending)
    return F.gather(x, axis, positions), positions
  end, 2)
  --- The k largest elements along an axis, or smallest, and their positions, the outermost first.
  --- They are in order whatever `sorted` says.
  --- Shapes: x: one axis or more; the results: the same but for the axis, which has k places.
  --- Errors: a k below 0 or above the size of the axis.
  ---@return dgraph.Tensor values
  ---@return dgraph.Tensor positions
  declare("topk(x, k: integer, axis: axis = -1, largest: boolean = true, sorted: boolean = true)",
    function(x, k, axis, largest)
      local positions = F.argsort(x, axis, largest)
      local at, size = check.axis_and_size(x, axis, "F.topk")
      if k < 0 or k > size then
        errors.raisef("F.topk: k is %d, axis %d has size %d", k, axis, size)
      end
      positions = F.copy(wrap(C.dg_narrow(positions, at, 0, k)))
      return F.gather(x, axis, positions), positions
    end, 2)
end
