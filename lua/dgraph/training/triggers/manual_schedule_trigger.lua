--- Fires at given points of the training.
local class = require "dgraph.class"
local errors = require "dgraph.errors"

---@class dgraph.ManualScheduleTrigger
---@field points number[]
---@field unit "epoch"|"iteration"
---@field finished boolean  whether all points are behind
---@overload fun(points: number|number[], unit: string): dgraph.ManualScheduleTrigger
local ManualScheduleTrigger = class.new("ManualScheduleTrigger")

---@param points number|number[]
---@param unit "epoch"|"iteration"
function ManualScheduleTrigger:init(points, unit)
  if unit ~= "epoch" and unit ~= "iteration" then
    errors.raisef('ManualScheduleTrigger: the unit is "epoch" or "iteration", not %s',
      tostring(unit))
  end
  self.points = type(points) == "table" and points or { points }
  self.unit, self.finished = unit, false
  self._previous_iteration, self._previous_epoch_detail = 0, 0
end

--- Whether a point was reached since the last call.
---@param trainer dgraph.Trainer
---@return boolean
function ManualScheduleTrigger:__call(trainer)
  local updater, fire = trainer.updater, false
  local before, now = self._previous_iteration, updater.iteration
  if self.unit == "epoch" then before, now = self._previous_epoch_detail, updater.epoch_detail end
  for _, point in ipairs(self.points) do fire = fire or before < point and point <= now end
  if fire and now >= math.max(unpack(self.points)) then self.finished = true end
  self._previous_iteration = updater.iteration
  self._previous_epoch_detail = updater.epoch_detail or 0
  return fire
end

--- Saves or loads where it was called last.
---@param serializer dgraph.Serializer
function ManualScheduleTrigger:serialize(serializer)
  self.finished = serializer("finished", self.finished)
  self._previous_iteration = serializer("previous_iteration", self._previous_iteration)
  self._previous_epoch_detail = serializer("previous_epoch_detail", self._previous_epoch_detail)
end

return ManualScheduleTrigger
