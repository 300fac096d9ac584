--- Adds values to what is observed.
local extension = require "dgraph.training.extension"
local errors = require "dgraph.errors"

local observe = {}

--- Records what a function gives, by default once in an epoch.
---@param observation_key string
---@param target_func fun(trainer: dgraph.Trainer): number
---@return dgraph.Extension
function observe.observe_value(observation_key, target_func)
  return extension.make_extension {
    trigger = { 1, "epoch" }, priority = extension.PRIORITY_WRITER, default_name = "observe_value",
  }(function(trainer) trainer.observation[observation_key] = target_func(trainer) end)
end

--- The learning rate; that of Adam is the effective one of its next step, as in Chainer.
local function learning_rate(optimizer)
  if optimizer.lr then return optimizer.lr end
  if not optimizer.alpha then errors.raisef("observe_lr: %s has no lr", optimizer._name) end
  local t = math.max(optimizer.t, 1)
  return optimizer.alpha * math.sqrt(1 - optimizer.beta2 ^ t) / (1 - optimizer.beta1 ^ t)
end

--- Records the learning rate of an optimizer, by default once in an epoch.
---@param optimizer_name? string  "main"
---@param observation_key? string  "lr"
---@return dgraph.Extension
function observe.observe_lr(optimizer_name, observation_key)
  return observe.observe_value(observation_key or "lr", function(trainer)
    return learning_rate(trainer.updater:get_optimizer(optimizer_name or "main"))
  end)
end

return observe
