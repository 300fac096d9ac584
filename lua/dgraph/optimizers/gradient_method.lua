--- Optimizers that change each parameter by its gradient.
local Optimizer = require "dgraph.optimizers.optimizer"
local UpdateRule = require "dgraph.optimizers.update_rule"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local loss_scaling = require "dgraph.optimizers.loss_scaling"
local native = require "dgraph.native"
local scopes = require "dgraph.scope"
local structure = require "dgraph.link_structure"
local together = require "dgraph.optimizers.together"

local C = native.C
local refresh_list, cleargrads = structure.refresh, structure.cleargrads
local update_together, changes = together.update, UpdateRule.changes

---@class dgraph.GradientMethod: dgraph.Optimizer
---@field loss_scale number|false  what the loss is multiplied by; false: nothing
local GradientMethod = Optimizer:extend("GradientMethod")

for name, f in pairs(loss_scaling) do GradientMethod[name] = f end

function GradientMethod:init()
  Optimizer.init(self)
  self.loss_scale = false
end

--- The class of the rules that it gives to parameters.
GradientMethod.Rule = nil ---@type dgraph.UpdateRule

--- A rule for one parameter, with the settings of this optimizer.
---@return dgraph.UpdateRule
function GradientMethod:create_update_rule() return self.Rule(self) end

--- Takes a model on: every parameter gets a rule, also those that are added to the model later.
---@param model dgraph.Link
---@return self
function GradientMethod:setup(model)
  Optimizer.setup(self, model)
  for param in model:params() do param.update_rule = self:create_update_rule() end
  self._list = structure.list(model)
  self:_read_rules()
  return self
end

--- The rules of all parameters, side by side with them.
function GradientMethod:_read_rules()
  local rules = {}
  self._version = self._list.version
  self._has_rule_hooks = false
  for i, param in ipairs(self._list.params) do
    local rule = param.update_rule
    if not rule then
      rule = self:create_update_rule()
      param.update_rule = rule
    end
    rules[i] = rule
    self._has_rule_hooks = self._has_rule_hooks or rule._hooks[1] ~= nil
  end
  self._rules, self._grads = rules, {}
  self._ready = false
  self._together = together.new(self, rules)
end

--- Makes what state is missing, so that no update stops half way.
function GradientMethod:_prepare()
  local params, ready = self._list.params, true
  for i, rule in ipairs(self._rules) do
    if params[i].is_initialized then rule:prepare(params[i]) else ready = false end
  end
  self._ready, self._changes = ready, changes.count
end

--- The gradients as the rules take them, false where there is none. Elements that are not there yet
--- are made now: once parameters change there is no way back.
local function gradients_of(self)
  local params, grads = self._list.params, self._grads
  for i, rule in ipairs(self._rules) do
    local param = params[i]
    grads[i] = rule.enabled and C.dg_has_gradient(param) == 1 and rule:take_gradient(param)
  end
  return grads
end

--- Changes the parameters by the rules, one by one.
local function apply_each(self, grads)
  local params = self._list.params
  for i, rule in ipairs(self._rules) do
    local grad = grads[i]
    grads[i] = false
    if grad then rule:apply(params[i], grad) end
  end
end

local function call_rule_hooks(self)
  local params = self._list.params
  for i, rule in ipairs(self._rules) do
    if rule._hooks[1] and rule.enabled and C.dg_has_gradient(params[i]) == 1 then
      for _, hook in ipairs(rule._hooks) do hook.call(rule, params[i]) end
    end
  end
end

--- Changes all parameters in one call of C, where their rules allow that.
local function change_at_once(self)
  local all = self._together
  return all and self._ready and update_together(all, self, self._list)
end

--- Hooks, then the parameters. Gradients are there.
local function change_now(self)
  if self.loss_scale and not self:_unscale() then return end
  if not self._ready or self._changes ~= changes.count then self:_prepare() end
  if self._hooks[1] then self:call_hooks "pre" end
  if self._has_rule_hooks then call_rule_hooks(self) end
  local grads = not change_at_once(self) and gradients_of(self)
  self.t = self.t + 1
  if grads then apply_each(self, grads) end
  if self._hooks[1] then self:call_hooks "post" end
end

local function change(self)
  local capture = native.capture
  if capture then capture:record(self, change_now) else change_now(self) end
end

local function refresh(self)
  if refresh_list(self._list) ~= self._version then self:_read_rules() end
end

local function learn(self, loss)
  refresh(self) -- the first forward may have made parameters
  cleargrads(self._list)
  if self.loss_scale then loss:backward { loss_scale = self.loss_scale } else loss:backward() end
  change(self)
end

-- The JIT compiler cannot return out of a function of `...` that `pcall` has called.
local function step0(self, lossfun) learn(self, (lossfun())) end
local function step1(self, lossfun, a) learn(self, (lossfun(a))) end
local function step2(self, lossfun, a, b) learn(self, (lossfun(a, b))) end
local function step(self, lossfun, ...) learn(self, (lossfun(...))) end

local function step_without_loss(self)
  refresh(self)
  change(self)
end

--- Gives a gradient of 0 to each parameter that has a shape and no gradient, so that momentum and
--- weight decay change it as well: what Chainer does at each step.
function GradientMethod:reallocate_cleared_grads()
  for param in self.target:params(false) do
    if C.dg_has_gradient(param) ~= 1 then param.grad = create.zeros_like(param) end
  end
end

--- Does one step: computes `lossfun(...)`, its gradients, and changes the parameters by them. All
--- of it happens in a scope: no tensor that was made on the way is left. Without `lossfun` the
--- gradients are those that the parameters have.
---
--- A parameter without a gradient stays as it is. (Chainer takes its gradient to be 0, so that
--- momentum and weight decay go on changing it.) An error in `lossfun`, in backward or in a hook
--- leaves parameters and state as they were.
---
--- With loss scaling (`loss_scaling`, `set_loss_scale`) the loss is multiplied by `loss_scale` and
--- the gradients are divided before hooks see them. Without `lossfun` the gradients are then those
--- of `loss:backward { loss_scale = optimizer.loss_scale }`. If one is not finite and the scale is
--- to be found, nothing changes but the scale, and t is not counted.
---@param lossfun? fun(...): dgraph.Tensor
---@param ... any
function GradientMethod:update(lossfun, ...)
  if not self._list then errors.raisef("%s: setup(model) comes before update", self._name) end
  local n, a, b = select("#", ...), ...
  if not lossfun then
    if native.depth > 0 then step_without_loss(self) -- the scope around it does
    else scopes.scope(step_without_loss, self)
    end
  elseif n == 0 then scopes.scope(step0, self, lossfun)
  elseif n == 1 then scopes.scope(step1, self, lossfun, a)
  elseif n == 2 then scopes.scope(step2, self, lossfun, a, b)
  else scopes.scope(step, self, lossfun, ...)
  end
end

--- Saves or loads how far it is, the state of each parameter, and the scale of the loss.
---@param serializer dgraph.Serializer
function GradientMethod:serialize(serializer)
  Optimizer.serialize(self, serializer)
  if self.loss_scale then self:_serialize_scale(serializer) end
end

return GradientMethod
