--- Activation functions.
local check = require "dgraph.check"
local config = require "dgraph.config"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: elementwise activations
  --- Shapes: x: any; y: the same.
  --- Dtypes: floats; y has x's.
  --- Errors: none.
  --- Source: Chainer.

  --- 1 / (1 + exp(-x)), elementwise.
  declare "sigmoid(x)"
  --- The greater of x and 0, elementwise.
  declare "relu(x)"
  --- log(1 + exp(beta x)) / beta, elementwise.
  --- Errors: a beta of 0.
  declare "softplus(x, beta: number = 1)"
  --- exp(x) divided by its sum along an axis.
  --- Shapes: x: one axis or more; y: the same.
  --- Errors: no axis 2 where no axis is named: a vector wants axis 1.
  declare "softmax(x, axis: axis = 2)"
  --- The logarithm of softmax.
  --- Shapes: x: one axis or more; y: the same.
  --- Errors: as softmax.
  declare "log_softmax(x, axis: axis = 2)"

  --- x where it is not negative, else slope x, elementwise.
  declare "leaky_relu(x, slope: number = 0.2)"
  --- x where it is not negative, else alpha (exp(x) - 1), elementwise.
  --- Source: Chainer; Clevert, Unterthiner, Hochreiter, arXiv:1511.07289.
  declare "elu(x, alpha: number = 1)"
  --- scale elu(x, alpha), elementwise. With the numbers that are the defaults, layers keep mean 0
  --- and variance 1.
  --- Source: Chainer; Klambauer et al., arXiv:1706.02515.
  declare("selu(x, alpha: number = 1.6732632423543772848170429916717, "
    .. "scale: number = 1.0507009873554804934193349852946)")
  --- x limited to [0, z], elementwise. The gradient at both ends is 0.
  --- Errors: a z that is not above 0.
  declare "clipped_relu(x, z: number = 20)"
  declare "relu6(x)"
  --- x limited to [min_val, max_val], elementwise. The gradient at both ends is 0.
  --- Errors: a min_val that is not below max_val.
  --- Source: PyTorch.
  declare "hardtanh(x, min_val: number = -1, max_val: number = 1)"
  declare "hard_sigmoid(x)"
  --- Source: PyTorch.
  declare "silu(x)"
  --- Source: PyTorch; Misra, arXiv:1908.08681.
  declare "mish(x)"
  --- Source: PyTorch.
  declare "logsigmoid(x)"

  --- x times the probability that a normal number is below x, elementwise; approximate "tanh" gives
  --- x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
  --- Errors: an `approximate` that is neither of the two.
  --- Source: PyTorch; Hendrycks and Gimpel, arXiv:1606.08415.
  ---@param approximate? string  "none" or "tanh"
  declare("gelu(x, approximate: any = 'none')", function(x, approximate)
    if approximate ~= "none" and approximate ~= "tanh" then
      errors.raisef("F.gelu: approximate must be \"none\" or \"tanh\", got %s",
        check.spell(approximate))
    end
    return wrap(C.dg_gelu(x, approximate == "tanh"))
  end)

  --- Shapes: x: batch x ...; beta: x's shape without the batch, or the first axes of that; y: as x.
  --- Dtypes: floats, one for both; y has it.
  --- Source: Chainer; Ramachandran, Zoph, Le, arXiv:1710.05941.
  declare "swish(x, beta)"
  --- Shapes: x: batch x ...; W: x's shape without the batch, or the first axes of that; y: as x.
  --- Dtypes: floats, one for both; y has it.
  --- Source: Chainer; He et al., arXiv:1502.01852.
  declare "prelu(x, W)"

  --- max(x, 0) and max(-x, 0), joined along an axis.
  --- Shapes: x: one axis or more, two where none is named; y: the same, twice as long along the
  --- axis.
  --- Source: Chainer; Shang et al., arXiv:1603.05201.
  declare("crelu(x, axis: axis = 2)", function(x, axis)
    return F.concat({ F.relu(x), F.relu(-x) }, axis)
  end)

  --- The largest of each `pool_size` neighbours along an axis.
  --- Shapes: x: one axis or more; y: the same, pool_size times shorter along the axis.
  --- Dtypes: any; y has x's.
  --- Errors: a size of the axis that pool_size does not divide.
  --- Source: Chainer; Goodfellow et al., arXiv:1302.4389.
  declare("maxout(x, pool_size: integer, axis: any = 2)", function(x, pool_size, axis)
    local at, size = check.axis_and_size(x, axis, "F.maxout")
    if pool_size < 1 or size % pool_size ~= 0 then
      errors.raisef("F.maxout: axis %d has size %d, no multiple of the pool's size %d", axis, size,
        pool_size)
    end
    local shape = x.shape
    if at < 0 then at = #shape + at end
    shape[at + 1] = size / pool_size
    table.insert(shape, at + 2, pool_size)
    return F.max(F.reshape(x, shape), at + 2)
  end)

  --- x where it is not negative, else r x, elementwise. r is uniform in [l, u), anew for each
  --- element, while `dg.config.train` is true, and (l + u) / 2 otherwise. A tensor `r` is taken
  --- instead of new numbers; with `return_r`, r is the second result.
  --- Errors: other than 0 <= l < u < 1; an `r` that has not x's shape and dtype.
  --- Source: Chainer; Xu et al., arXiv:1505.00853.
  ---@param r? dgraph.Tensor  in x's shape and dtype
  declare("rrelu(x, l: number = 1 / 8, u: number = 1 / 3, r: tensor?, return_r: boolean = false)",
    function(x, l, u, r, return_r)
      if not (0 <= l and l < u and u < 1) then
        errors.raisef("F.rrelu: wanted 0 <= l < u < 1, got l = %.14g, u = %.14g", l, u)
      end
      if not r or not config.values.train then
        if not config.values.train then l, u = (l + u) / 2, (l + u) / 2 end
        r = wrap(C.dg_rrelu_slopes(x, l, u))
      end
      local y = wrap(C.dg_rrelu(x, r))
      return y, return_r and r or nil
    end, 2)
end
