--- Activation functions.
local check = require "dgraph.check"
local config = require "dgraph.config"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

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

  --- x where it is not negative, else slope x, elementwise.
  declare "leaky_relu(x, slope: number = 0.2)"
  --- x where it is not negative, else alpha (exp(x) - 1), elementwise.
  declare "elu(x, alpha: number = 1)"
  --- scale elu(x, alpha), elementwise. With the numbers that are the defaults, layers keep mean 0
  --- and variance 1 (Klambauer et al., arXiv:1706.02515).
  declare("selu(x, alpha: number = 1.6732632423543772848170429916717, "
    .. "scale: number = 1.0507009873554804934193349852946)")
  --- x limited to [0, z], elementwise. The gradient at both ends is 0.
  declare "clipped_relu(x, z: number = 20)"
  declare "relu6(x)"
  --- x limited to [min_val, max_val], elementwise. The gradient at both ends is 0.
  declare "hardtanh(x, min_val: number = -1, max_val: number = 1)"
  declare "hard_sigmoid(x)"
  declare "silu(x)"
  declare "mish(x)"
  declare "logsigmoid(x)"

  --- x times the probability that a normal number is below x, elementwise; approximate "tanh" gives
  --- x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 (Hendrycks and Gimpel, arXiv:1606.08415).
  ---@param approximate? string  "none" or "tanh"
  declare("gelu(x, approximate: any = 'none')", function(x, approximate)
    if approximate ~= "none" and approximate ~= "tanh" then
      errors.raisef("F.gelu: approximate must be \"none\" or \"tanh\", got %s",
        check.spell(approximate))
    end
    return wrap(C.dg_gelu(x, approximate == "tanh"))
  end)

  declare "swish(x, beta)"
  declare "prelu(x, W)"

  --- max(x, 0) and max(-x, 0), joined along an axis.
  declare("crelu(x, axis: axis = 2)", function(x, axis)
    return F.concat({ F.relu(x), F.relu(-x) }, axis)
  end)

  --- The largest of each `pool_size` neighbours along an axis.
  declare("maxout(x, pool_size: integer, axis: any = 2)", function(x, pool_size, axis)
    local at = check.position(axis, "F.maxout", "axis")
    local size = native.check(C.dg_dim(x, at))
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
