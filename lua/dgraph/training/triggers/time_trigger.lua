--- Fires every so many seconds.
local class = require "dgraph.class"

---@class dgraph.TimeTrigger
---@overload fun(period: number): dgraph.TimeTrigger
local TimeTrigger = class.new("TimeTrigger")

---@param period number  in seconds
function TimeTrigger:init(period) self._period, self._next_time = period, period end

--- Whether the next moment has come.
---@param trainer dgraph.Trainer
---@return boolean
function TimeTrigger:__call(trainer)
  if trainer.elapsed_time <= self._next_time then return false end
  self._next_time = self._next_time + self._period
  return true
end

--- Saves or loads when it fires next.
---@param serializer dgraph.Serializer
function TimeTrigger:serialize(serializer)
  self._next_time = serializer("next_time", self._next_time)
end

return TimeTrigger
