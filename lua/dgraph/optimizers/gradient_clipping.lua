--- A hook that scales all gradients down when they are longer than a threshold, as one vector.
local check = require "dgraph.check"
local class = require "dgraph.class"
local errors = require "dgraph.errors"
local functions = require "dgraph.functions"
local native = require "dgraph.native"

---@class dgraph.GradientClipping
---@field threshold number
---@overload fun(threshold: number): dgraph.GradientClipping
local GradientClipping = class.new("GradientClipping")
GradientClipping.name = "GradientClipping"
GradientClipping.timing = "pre"

---@param threshold number  the largest L2 norm
function GradientClipping:init(threshold)
  self.threshold = check.number(threshold, "GradientClipping", "the threshold")
end

--- The gradients that are there; of those that are rows, only these.
local function gradients(model)
  local grads = {}
  for param in model:params(false) do
    grads[#grads + 1] = native.wrap_maybe(native.C.dg_gradient_as_is(param), param)
  end
  return grads
end

--- The same without reading a value, for a step that dg.capture records.
local function clip_unseen(grads, threshold)
  local square
  for _, grad in ipairs(grads) do
    local own = functions.sum(functions.square(grad))
    square = square and square + own or own
  end
  if not square then return end
  local rate = functions.minimum(threshold / functions.sqrt(square), 1)
  for _, grad in ipairs(grads) do native.check(native.C.dg_assign(grad, grad * rate)) end
end

--- A norm that is not finite is an error, before anything has changed. (In a step that dg.capture
--- records nobody looks: there it makes all parameters NaN.)
---@param optimizer dgraph.Optimizer
function GradientClipping:__call(optimizer)
  local grads, square = gradients(optimizer.target), 0
  if native.capture then return clip_unseen(grads, self.threshold) end
  for _, grad in ipairs(grads) do square = square + native.sum_of_squares(grad) end
  local norm = math.sqrt(square)
  if norm - norm ~= 0 then
    errors.raisef("GradientClipping: the norm of the gradients is %s: a loss that is not finite?",
      norm ~= norm and "NaN" or "infinite")
  end
  local rate = self.threshold / norm
  if rate >= 1 then return end
  for _, grad in ipairs(grads) do native.check(native.C.dg_scale(grad, rate)) end
end

return GradientClipping
