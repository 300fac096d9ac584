--- Fires when a value, averaged over an interval, is the smallest so far.
local BestValueTrigger = require "dgraph.training.triggers.best_value_trigger"

---@class dgraph.MinValueTrigger: dgraph.BestValueTrigger
---@overload fun(key: string, trigger?: any): dgraph.MinValueTrigger
local MinValueTrigger = BestValueTrigger:extend("MinValueTrigger")

---@param key string  which observation
---@param trigger? any  when to compare; { 1, "epoch" }
function MinValueTrigger:init(key, trigger)
  BestValueTrigger.init(self, key, function(best, new) return new < best end, trigger)
end

return MinValueTrigger
