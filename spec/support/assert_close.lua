--- Compares what two ways to run one model give.
local dg = require "dgraph"
local assert = require "busted".assert
local F = dg.functions

--- Raises unless shape and dtype are the same, and all elements within 10^-6 of the largest one, or
--- of 1 where that is less; NaN is equal to NaN.
---@param expected dgraph.Tensor
---@param got dgraph.Tensor
---@param what? string
return function(expected, got, what)
  assert.same(expected.shape, got.shape, what)
  assert.equal(expected.dtype, got.dtype, what)
  if expected.size == 0 then return end
  local a, b = expected:astype "float64", got:astype "float64"
  local same = F.logical_or(F.eq(a, b), F.logical_and(F.isnan(a), F.isnan(b)))
  local apart = F.max(F.where(same, dg.zeros_like(a), F.abs(a - b))):item()
  local scale = F.max(F.where(F.isfinite(a), F.abs(a), dg.zeros_like(a))):item()
  assert.is_true(apart <= 1e-6 * math.max(scale, 1), what)
end
