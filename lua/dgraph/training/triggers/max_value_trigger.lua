--- Fires when a value, averaged over an interval, is the largest so far.
local BestValueTrigger = require "dgraph.training.triggers.best_value_trigger"

---@class dgraph.MaxValueTrigger: dgraph.BestValueTrigger
---@overload fun(key: string, trigger?: any): dgraph.MaxValueTrigger
local MaxValueTrigger = BestValueTrigger:extend("MaxValueTrigger")

---@param key string  which observation
---@param trigger? any  when to compare; { 1, "epoch" }
function MaxValueTrigger:init(key, trigger)
  BestValueTrigger.init(self, key, function(best, new) return new > best end, trigger)
end

return MaxValueTrigger
