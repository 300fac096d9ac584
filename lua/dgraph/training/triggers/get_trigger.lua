--- What may stand for a trigger.
local IntervalTrigger = require "dgraph.training.triggers.interval_trigger"
local errors = require "dgraph.errors"

local function never() return false end

--- Makes a trigger: `{ 10, "epoch" }` is an IntervalTrigger, a function or an object that can be
--- called is taken as it is, and nil never fires.
---@param trigger? {[1]: number, [2]: string}|fun(trainer: dgraph.Trainer): boolean|table
---@return fun(trainer: dgraph.Trainer): boolean
return function(trigger)
  if trigger == nil then return never end
  if type(trigger) == "function" then return trigger end
  if type(trigger) == "table" then
    local meta = getmetatable(trigger)
    if meta and meta.__call then return trigger end
    if #trigger == 2 then return IntervalTrigger(trigger[1], trigger[2]) end
  end
  errors.raisef('get_trigger: wanted { number, "epoch" or "iteration" } or a function, got a %s',
    type(trigger))
end
