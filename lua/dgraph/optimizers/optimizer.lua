--- The base of all optimizers: what they optimize, how often they did, and their hooks.
local class = require "dgraph.class"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

---@class dgraph.Optimizer
---@field target dgraph.Link?  the model, after `setup`
---@field t integer  updates so far
---@field epoch integer  epochs so far, counted by `new_epoch`
local Optimizer = class.new("Optimizer")

function Optimizer:init()
  self.t, self.epoch = 0, 0
  self._hooks = {}
end

--- Takes a model on.
---@param model dgraph.Link
---@return self
function Optimizer:setup(model)
  if type(model) ~= "table" or not model.is_link then
    errors.raisef("%s: setup wants a link, got a %s", self._name, type(model))
  end
  self.target = model
  self.t, self.epoch = 0, 0
  return self
end

--- Does one step: every class has its own.
function Optimizer:update() errors.raisef("%s has no method update", self._name) end

--- Counts an epoch.
function Optimizer:new_epoch() self.epoch = self.epoch + 1 end

--- Has a hook called at each step: before the parameters change, or afterwards where its field
--- `timing` is "post". It is called with the optimizer, or, where `call_for_each_param` is true,
--- with the update rule of each parameter and the parameter.
---@param hook fun(optimizer: dgraph.Optimizer)|table
---@param name? string  its field `name` by default
---@return self
function Optimizer:add_hook(hook, name)
  local fields = type(hook) == "table" and hook or {}
  name = name or fields.name
  if name == nil then errors.raisef("add_hook: a name is needed") end
  for _, known in ipairs(self._hooks) do
    if known.name == name then errors.raisef("add_hook: there is a hook %s already", name) end
  end
  table.insert(self._hooks, {
    name = name, call = hook, timing = fields.timing or "pre",
    each = fields.call_for_each_param == true,
  })
  return self
end

--- Takes a hook off.
---@param name string
function Optimizer:remove_hook(name)
  for i, hook in ipairs(self._hooks) do
    if hook.name == name then return table.remove(self._hooks, i) and nil end
  end
  errors.raisef("remove_hook: there is no hook %s", tostring(name))
end

--- Calls the hooks of one kind.
---@param timing? "pre"|"post"  "pre" by default
function Optimizer:call_hooks(timing)
  timing = timing or "pre"
  for _, hook in ipairs(self._hooks) do
    if hook.timing == timing then
      if hook.each then
        for param in self.target:params(false) do
          local rule = param.update_rule
          if rule and rule.enabled and native.C.dg_has_gradient(param) == 1 then
            hook.call(rule, param)
          end
        end
      else
        hook.call(self)
      end
    end
  end
end

--- Saves or loads how far it is, and the state of each parameter under the name of that.
---@param serializer dgraph.Serializer
function Optimizer:serialize(serializer)
  self.t = serializer("t", self.t)
  self.epoch = serializer("epoch", self.epoch)
  if not self.target then return end
  for name, param in self.target:namedparams() do
    local rule = param.update_rule
    if rule then rule:serialize(serializer[name], param) end
  end
end

return Optimizer
