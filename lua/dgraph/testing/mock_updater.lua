--- A trainer that trains nothing, for tests of extensions and triggers.
--- Source: Chainer.
local Trainer = require "dgraph.training.trainer"
local Updater = require "dgraph.training.updater"

local MockUpdater = Updater:extend "MockUpdater"

function MockUpdater:init(iter_per_epoch)
  self.iter_per_epoch = iter_per_epoch
  self.iteration, self.epoch, self.epoch_detail, self.is_new_epoch = 0, 0, 0, true
end

--- To be replaced by what a test wants to happen.
function MockUpdater.update_core() end

function MockUpdater:update()
  self:update_core()
  local before = self.iteration
  self.iteration = before + 1
  self.epoch_detail = self.iteration / self.iter_per_epoch
  self.epoch = math.floor(self.epoch_detail)
  self.previous_epoch_detail = before / self.iter_per_epoch
  self.is_new_epoch = math.floor(self.previous_epoch_detail) ~= self.epoch
end

function MockUpdater:get_all_optimizers() return {} end -- luacheck: no self

function MockUpdater:serialize(serializer)
  for _, name in ipairs { "iteration", "epoch", "epoch_detail", "is_new_epoch",
    "previous_epoch_detail" } do
    self[name] = serializer(name, self[name])
  end
end

--- A trainer whose updater counts iterations and epochs and does nothing else.
---@param stop_trigger? any  { 10, "iteration" }
---@param iter_per_epoch? integer  10
---@param out? string  the trainer's folder
---@return dgraph.Trainer
return function(stop_trigger, iter_per_epoch, out)
  return Trainer(MockUpdater(iter_per_epoch or 10), stop_trigger or { 10, "iteration" }, out)
end
