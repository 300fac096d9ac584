--- Terms that several densities have, with their limits.
local F = require "dgraph.functions"

local terms = {}

terms.HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
terms.EULER = 0.57721566490153286

--- a log x, and 0 where both are 0. Gradients are those of the formula elsewhere.
---@param a dgraph.Tensor
---@param x dgraph.Tensor
---@return dgraph.Tensor
function terms.xlogy(a, x)
  local both = F.logical_and(F.eq(a, 0), F.eq(x, 0))
  return a * F.log(F.masked_fill(x, both, 1))
end

--- a log(1 + x), and 0 where a is 0 and x is -1.
---@param a dgraph.Tensor
---@param x dgraph.Tensor
---@return dgraph.Tensor
function terms.xlog1py(a, x)
  local both = F.logical_and(F.eq(a, 0), F.eq(x, -1))
  return a * F.log1p(F.masked_fill(x, both, 0))
end

--- x log x, and 0 at 0 with the gradient 0, as Chainer has it.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function terms.xlogx(x) return x * F.log(F.masked_fill(x, F.le(x, 0), 1)) end

--- log B(a, b).
---@param a dgraph.Tensor
---@param b dgraph.Tensor
---@return dgraph.Tensor
function terms.lbeta(a, b) return F.lgamma(a) + F.lgamma(b) - F.lgamma(a + b) end

--- log p where it is below, -inf where `outside` is true.
---@param logp dgraph.Tensor
---@param outside dgraph.Tensor  bool
---@return dgraph.Tensor
function terms.inside(logp, outside) return F.masked_fill(logp, outside, -math.huge) end

return terms
