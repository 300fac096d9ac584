--- Averages a ratio over batches of different sizes.
local Extension = require "dgraph.training.extension"
local get_trigger = require "dgraph.training.triggers.get_trigger"
local reporter = require "dgraph.reporter"
local state = require "dgraph.training.state"

---@class dgraph.MicroAverage: dgraph.Extension
---@overload fun(numerator_key: string, denominator_key: string, ...): dgraph.MicroAverage
local MicroAverage = Extension.Extension:extend("MicroAverage")
MicroAverage.priority = Extension.PRIORITY_EDITOR

--- Reports the sum of one observation over the sum of another.
---@param numerator_key string
---@param denominator_key string
---@param result_key string
---@param trigger? any  when to report; { 1, "epoch" }
function MicroAverage:init(numerator_key, denominator_key, result_key, trigger)
  self._numerator_key, self._denominator_key = numerator_key, denominator_key
  self._result_key = result_key
  self._report_trigger = get_trigger(trigger or { 1, "epoch" })
  self._numerator, self._denominator = 0, 0
end

--- Adds what was observed; when the time has come, the ratio is reported.
---@param trainer dgraph.Trainer
function MicroAverage:__call(trainer)
  local observation = trainer.observation
  local numerator = observation[self._numerator_key]
  local denominator = observation[self._denominator_key]
  if not numerator or not denominator then return end
  self._numerator = self._numerator + numerator
  self._denominator = self._denominator + denominator
  if not self._report_trigger(trainer) then return end
  reporter.report { [self._result_key] = self._numerator / self._denominator }
  self._numerator, self._denominator = 0, 0
end

--- Saves or loads the sums.
---@param serializer dgraph.Serializer
function MicroAverage:serialize(serializer)
  self._numerator = serializer("_numerator", self._numerator)
  self._denominator = serializer("_denominator", self._denominator)
  state.object(serializer._trigger, self._report_trigger)
end

return MicroAverage
