--- Fires every so many epochs or iterations.
local class = require "dgraph.class"
local errors = require "dgraph.errors"

---@class dgraph.IntervalTrigger
---@field period number
---@field unit "epoch"|"iteration"
---@overload fun(period: number, unit: "epoch"|"iteration"): dgraph.IntervalTrigger
local IntervalTrigger = class.new("IntervalTrigger")

---@param period number  epochs may be fractions
---@param unit "epoch"|"iteration"
function IntervalTrigger:init(period, unit)
  if type(period) ~= "number" or period <= 0 or period ~= period then
    errors.raisef("IntervalTrigger: the period is a positive number, not %s", tostring(period))
  end
  if unit ~= "epoch" and unit ~= "iteration" then
    errors.raisef('IntervalTrigger: the unit is "epoch" or "iteration", not %s', tostring(unit))
  end
  self.period, self.unit = period, unit
  self._previous_iteration, self._previous_epoch_detail = 0, 0
end

--- Whether a multiple of the period was reached since the last call.
---@param trainer dgraph.Trainer
---@return boolean
function IntervalTrigger:__call(trainer)
  local updater = trainer.updater
  local before, now = self._previous_iteration, updater.iteration
  if self.unit == "epoch" then before, now = self._previous_epoch_detail, updater.epoch_detail end
  self._previous_iteration = updater.iteration
  self._previous_epoch_detail = updater.epoch_detail or 0
  return math.floor(before / self.period) ~= math.floor(now / self.period)
end

--- How long a training is that this trigger stops.
---@return number period
---@return "epoch"|"iteration" unit
function IntervalTrigger:get_training_length() return self.period, self.unit end

--- Saves or loads where it was called last.
---@param serializer dgraph.Serializer
function IntervalTrigger:serialize(serializer)
  self._previous_iteration = serializer("previous_iteration", self._previous_iteration)
  self._previous_epoch_detail = serializer("previous_epoch_detail", self._previous_epoch_detail)
end

function IntervalTrigger:__tostring()
  return ("IntervalTrigger(%g, %q)"):format(self.period, self.unit)
end

return IntervalTrigger
