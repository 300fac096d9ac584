--- What a trainer does again and again: the base of all updaters.
local class = require "dgraph.class"
local errors = require "dgraph.errors"

---@class dgraph.Updater
---@field iteration integer  updates so far
---@field epoch integer
---@field epoch_detail number  epochs so far, with their fraction
---@field previous_epoch_detail number
---@field is_new_epoch boolean  whether the last update ended an epoch
local Updater = class.new("Updater")

--- The trainer introduces itself.
---@param trainer dgraph.Trainer
function Updater:connect_trainer(trainer) end -- luacheck: no unused args

--- Ends what the updater has begun.
function Updater:finalize() end -- luacheck: no self

--- The optimizer of a name.
---@param name string
---@return dgraph.Optimizer
function Updater:get_optimizer(name)
  local optimizer = self:get_all_optimizers()[name]
  if not optimizer then
    errors.raisef("%s: there is no optimizer %s", self._name, tostring(name))
  end
  return optimizer
end

--- All optimizers by their names: every class has its own.
---@return table<string, dgraph.Optimizer>
function Updater:get_all_optimizers() errors.raisef("%s has no get_all_optimizers", self._name) end

--- Does one update: every class has its own.
function Updater:update() errors.raisef("%s has no method update", self._name) end

--- Does a part of an update, or all of it where it cannot be divided.
---@param finish? number  when to stop, as `dgraph.utils.clock` counts; nil: not before the end
---@return boolean done  whether the update is complete
function Updater:advance(finish) -- luacheck: no unused args
  self:update()
  return true
end

--- Saves or loads the state: every class has its own.
---@param serializer dgraph.Serializer
function Updater:serialize(serializer) -- luacheck: no unused args
  errors.raisef("%s has no method serialize", self._name)
end

return Updater
