--- Loss scaling: the loss is multiplied before backward and the gradients are divided afterwards,
--- so that small ones do not vanish in numbers of few bits. Source: Chainer; Micikevicius et al.,
--- "Mixed precision training", 2018.
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C = native.C

local LARGEST = 65504 -- the largest float16

local loss_scaling = {}

--- Multiplies losses from now on. Without a scale it is found: it begins with 1 and doubles at each
--- update until a gradient is not finite; then it is halved, that update is left out, and from
--- there on it grows to its double in `interval` updates, between 1 and 65504.
---@param interval? integer  1000 by default
---@param scale? number  a fixed one
function loss_scaling:loss_scaling(interval, scale)
  if type(interval) == "table" then interval, scale = interval.interval, interval.scale end
  interval = interval or 1000
  if type(interval) ~= "number" or interval < 1 then
    errors.raisef("%s:loss_scaling: interval must be 1 or more, got %s", self._name,
      tostring(interval))
  end
  if scale ~= nil and (type(scale) ~= "number" or not (scale > 0 and scale < math.huge)) then
    errors.raisef("%s:loss_scaling: scale must be above 0 and finite, got %s", self._name,
      tostring(scale))
  end
  self.loss_scale = scale or 1
  self._scaling = {
    is_dynamic = scale == nil, growth = 2 ^ (1 / interval), has_failed = false, failed_ever = false,
  }
end

--- Multiplies losses by a fixed number from now on.
---@param scale number
function loss_scaling:set_loss_scale(scale) self:loss_scaling(nil, scale) end

--- All gradients that are there; of those that are rows, only these.
local function gradients(self)
  local list = {}
  for _, param in ipairs(self._list.params) do
    if param.is_initialized then
      list[#list + 1] = native.wrap_maybe(C.dg_gradient_as_is(param), param)
    end
  end
  return list
end

--- Looks whether all gradients are finite, where the scale is to be found. So large a float64 that
--- its square is infinite counts as infinite.
function loss_scaling:check_nan_in_grads()
  local scaling = self._scaling
  scaling.has_failed = false
  if not scaling.is_dynamic then return end
  if native.capture then
    errors.raisef("%s: a loss scale that is to be found looks at gradients, which a step that " ..
      "dg.capture records cannot (set_loss_scale)", self._name)
  end
  for _, grad in ipairs(gradients(self)) do
    local square = native.sum_of_squares(grad)
    if square - square ~= 0 then scaling.has_failed, scaling.failed_ever = true, true end
  end
end

--- Whether the last check found all gradients finite; true without loss scaling.
---@return boolean
function loss_scaling:is_safe_to_update()
  return not (self._scaling and self._scaling.has_failed)
end

--- Changes the scale, where it is to be found, by what the last check found.
function loss_scaling:update_loss_scale()
  local scaling = self._scaling
  if not scaling.is_dynamic then return end
  local factor = scaling.has_failed and 0.5 or scaling.failed_ever and scaling.growth or 2
  self.loss_scale = math.max(1, math.min(LARGEST, self.loss_scale * factor))
end

--- Divides the gradients, and says whether they are good.
---@return boolean
function loss_scaling:_unscale()
  self:check_nan_in_grads()
  local is_safe, scale = self:is_safe_to_update(), self.loss_scale
  if is_safe and scale ~= 1 then
    for _, grad in ipairs(gradients(self)) do native.check(C.dg_scale(grad, 1 / scale)) end
  end
  self:update_loss_scale()
  return is_safe
end

--- Saves or loads the scale.
---@param serializer dgraph.Serializer
function loss_scaling:_serialize_scale(serializer)
  local scaling = self._scaling
  self.loss_scale = serializer("loss_scale", self.loss_scale)
  scaling.failed_ever = serializer("loss_scale_failed", scaling.failed_ever and 1 or 0) == 1
end

return loss_scaling
