--- Stops a training when a value does not get better any more.
local arguments = require "dgraph.links.arguments"
local class = require "dgraph.class"
local get_trigger = require "dgraph.training.triggers.get_trigger"
local state = require "dgraph.training.state"
local summary = require "dgraph.training.summary"

---@class dgraph.EarlyStoppingTrigger
---@field count integer  checks since the best value
---@field best number
---@overload fun(check_trigger?: any, ...): dgraph.EarlyStoppingTrigger
local EarlyStoppingTrigger = class.new("EarlyStoppingTrigger")

local OPTIONS = { "check_trigger", "monitor", "patience", "mode", "verbose", "max_trigger" }

---@param ... any  check_trigger = {1, "epoch"}, monitor = "main/loss", patience = 3 checks without
---  a better value, mode = "auto" ("max" for accuracies, else "min"), verbose = false, max_trigger
---  = {100, "epoch"}, when to stop anyway; by position, or by name in one table
function EarlyStoppingTrigger:init(...)
  local opts = arguments.read("EarlyStoppingTrigger", OPTIONS, ...)
  self.monitor, self.patience = opts.monitor or "main/loss", opts.patience or 3
  self.verbose = opts.verbose == true
  self._interval_trigger = get_trigger(opts.check_trigger or { 1, "epoch" })
  self._max_trigger = get_trigger(opts.max_trigger or { 100, "epoch" })
  local mode = opts.mode or "auto"
  self._wants_max = mode == "max" or mode ~= "min" and self.monitor:find("accuracy", 1, true) ~= nil
  self.count, self.best = 0, self._wants_max and -math.huge or math.huge
  self._summary = summary.DictSummary()
end

--- Whether to stop.
---@param trainer dgraph.Trainer
---@return boolean
function EarlyStoppingTrigger:__call(trainer)
  self._summary:add { [self.monitor] = trainer.observation[self.monitor] }
  if self._max_trigger(trainer) then return true end
  if not self._interval_trigger(trainer) then return false end
  local value = self._summary:compute_mean()[self.monitor]
  self._summary = summary.DictSummary()
  if value == nil then return false end
  local is_better = value < self.best
  if self._wants_max then is_better = value > self.best end
  if is_better then self.best, self.count = value, 0 else self.count = self.count + 1 end
  if self.verbose then
    print(("%s %g, best %g, %d of %d checks without a better one"):format(self.monitor, value,
      self.best, self.count, self.patience))
  end
  return self.count >= self.patience
end

--- How long the training is at most.
---@return number? period
---@return "epoch"|"iteration"? unit
function EarlyStoppingTrigger:get_training_length()
  local limit = self._max_trigger
  if type(limit) == "table" and limit.get_training_length then
    return limit:get_training_length()
  end
end

--- Saves or loads the best value and how long ago it was.
---@param serializer dgraph.Serializer
function EarlyStoppingTrigger:serialize(serializer)
  state.object(serializer.interval_trigger, self._interval_trigger)
  state.object(serializer.max_trigger, self._max_trigger)
  self._summary:serialize(serializer.summary)
  self.count, self.best = serializer("count", self.count), serializer("best", self.best)
end

return EarlyStoppingTrigger
