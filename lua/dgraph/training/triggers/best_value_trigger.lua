--- Fires when a value, averaged over an interval, is the best so far.
local class = require "dgraph.class"
local get_trigger = require "dgraph.training.triggers.get_trigger"
local state = require "dgraph.training.state"
local summary = require "dgraph.training.summary"

---@class dgraph.BestValueTrigger
---@field best_value number?
---@overload fun(key: string, compare: function, trigger?: any): dgraph.BestValueTrigger
local BestValueTrigger = class.new("BestValueTrigger")

---@param key string  which observation
---@param compare fun(best: number, new: number): boolean  whether the new one is better
---@param trigger? any  when to compare; { 1, "epoch" }
function BestValueTrigger:init(key, compare, trigger)
  self._key, self._compare = key, compare
  self._interval_trigger = get_trigger(trigger or { 1, "epoch" })
  self._summary = summary.DictSummary()
end

--- Whether the interval is over and its mean is the best.
---@param trainer dgraph.Trainer
---@return boolean
function BestValueTrigger:__call(trainer)
  self._summary:add { [self._key] = trainer.observation[self._key] }
  if not self._interval_trigger(trainer) then return false end
  local value = self._summary:compute_mean()[self._key]
  self._summary = summary.DictSummary()
  if value == nil then return false end
  if self.best_value ~= nil and not self._compare(self.best_value, value) then return false end
  self.best_value = value
  return true
end

--- Saves or loads the best value and the mean so far.
---@param serializer dgraph.Serializer
function BestValueTrigger:serialize(serializer)
  state.object(serializer.interval_trigger, self._interval_trigger)
  self._summary:serialize(serializer.summary)
  self.best_value = serializer("best_value", self.best_value)
end

return BestValueTrigger
