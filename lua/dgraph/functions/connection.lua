--- Layers without parameters of their own.
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

-- What no id equals: then none is ignored.
local NONE = -0x8000000000000000LL

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- The product of x's rows and W' where the batch has several axes.
  local function linear_reshaped(x, W, b, n_batch_axes)
    local shape, rows = x.shape, 1
    if n_batch_axes < 1 or n_batch_axes >= #shape then
      errors.raisef("F.linear: n_batch_axes is %d for an input of %d axes", n_batch_axes, #shape)
    end
    local result = {}
    for i = 1, n_batch_axes do
      result[i] = shape[i]
      rows = rows * shape[i]
    end
    local columns = 1
    for i = n_batch_axes + 1, #shape do columns = columns * shape[i] end
    local y = wrap(C.dg_linear(F.reshape(x, { rows, columns }), W, b))
    result[n_batch_axes + 1] = y:dim(2)
    return F.reshape(y, result)
  end

  --- Family: layers
  --- Shapes: x: batch x in.
  --- Dtypes: floats, one for all; y has it.
  --- Errors: none.
  --- Source: Chainer.

  --- y = x W' + b. x: batch x in, W: out x in, b: out or nil; y: batch x out. Axes of x behind the
  --- `n_batch_axes` first ones are flattened.
  --- Shapes: x: batch x in; W: out x in; b: out or nil; y: batch x out.
  --- Errors: an `n_batch_axes` that leaves no axis for the inputs.
  declare("linear(x, W, b: tensor?, n_batch_axes: integer = 1)", function(x, W, b, n_batch_axes)
    if n_batch_axes ~= 1 then return linear_reshaped(x, W, b, n_batch_axes) end
    local y = C.dg_linear(x, W, b)
    if y == nil then return native.again("dg_linear", x, W, b) end
    if native.depth > 0 then return y[0] end
    return wrap(y)
  end)

  --- Rows of W by their numbers, which count from 1; `ignore_label` gives a row of zeros.
  ---
  --- If W is a leaf its gradient is `sparse`: only the rows that were taken are kept
  --- (`W:grad_rows()`), and optimizers change only these. `W.grad` makes a whole matrix of them.
  --- Shapes: x: any; W: ids x size; y: x's shape, then size.
  --- Dtypes: x: int32, int64 or uint8; W: floats; y has W's.
  --- Errors: ids that are not 1 to the rows of W, nor ignore_label.
  declare("embed_id(x, W, ignore_label: integer?, sparse: boolean = true)",
    function(x, W, ignore_label, sparse)
      local ignored = ignore_label or NONE
      local y = C.dg_embed_id(x, W, 1, ignored, sparse)
      if y == nil then return native.again("dg_embed_id", x, W, 1, ignored, sparse) end
      return wrap(y)
    end)
end
