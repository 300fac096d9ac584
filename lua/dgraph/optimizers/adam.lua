--- Adam. D. Kingma, J. Ba, "Adam: a method for stochastic optimization", 2015, with the decoupled
--- weight decay of I. Loshchilov, F. Hutter, 2019, and AMSGrad of S. Reddi et al., 2018.
--
--     m = m + (1 - beta1) (g - m)
--     v = v + (1 - beta2) (g^2 - v)
--     a = alpha sqrt(1 - beta2^t) / (1 - beta1^t)
--     p = p - eta (a m / (sqrt(v) + eps) + weight_decay_rate p)
--
-- AMSGrad takes the largest v so far, vhat, in the last line.
--
-- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p, m and v change,
-- decay included, as in PyTorch's SparseAdam; the others wait until they come again. With the
-- option `sparse = false` of embed_id all change.
local GradientMethod = require "dgraph.optimizers.gradient_method"
local UpdateRule = require "dgraph.optimizers.update_rule"
local arguments = require "dgraph.links.arguments"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.AdamRule: dgraph.UpdateRule
local AdamRule = UpdateRule:extend("AdamRule")
AdamRule.takes_rows = true
AdamRule.state_names = { "m", "v" }
AdamRule.setting_names = { "alpha", "beta1", "beta2", "eps", "eta", "weight_decay_rate" }
AdamRule.counts_steps = true

---@class dgraph.AMSGradRule: dgraph.AdamRule
local AMSGradRule = AdamRule:extend("AMSGradRule")
AMSGradRule.state_names = { "m", "v", "vhat" }

--- alpha with the correction of the t-th step.
local function rate(settings, t)
  return settings.alpha * math.sqrt(1 - settings.beta2 ^ t) / (1 - settings.beta1 ^ t)
end

function AdamRule:update_core(param, grad)
  local settings, state = self.hyperparam, self.state
  native.check(C.dg_update_adam(param, grad, state.m, state.v, state.vhat, rate(settings, self.t),
    settings.beta1, settings.beta2, settings.eps, settings.eta, settings.weight_decay_rate))
end

local function update_all(adam, n, params, states, marks, t, amsgrad)
  return C.dg_update_adam_all(n, params, states, amsgrad, rate(adam, t), adam.beta1, adam.beta2,
    adam.eps, adam.eta, adam.weight_decay_rate, marks)
end

function AdamRule.update_all(adam, n, params, states, marks, t)
  return (update_all(adam, n, params, states, marks, t, 0))
end

AMSGradRule.update_core = AdamRule.update_core

function AMSGradRule.update_all(adam, n, params, states, marks, t)
  return (update_all(adam, n, params, states, marks, t, 1))
end

---@class dgraph.Adam: dgraph.GradientMethod
---@field alpha number  the learning rate
---@field beta1 number
---@field beta2 number
---@field eps number
---@field eta number  scales the whole step, weight decay included
---@field weight_decay_rate number
---@field amsgrad boolean
---@overload fun(alpha?: number|table, ...): dgraph.Adam
local Adam = GradientMethod:extend("Adam")

local OPTIONS = { "alpha", "beta1", "beta2", "eps", "eta", "weight_decay_rate", "amsgrad" }

---@param ... any  alpha = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, eta = 1,
---  weight_decay_rate = 0, amsgrad = false; by position, or by name in one table
function Adam:init(...)
  GradientMethod.init(self)
  local opts = arguments.read(self._name, OPTIONS, ...)
  self.alpha = opts.alpha or 0.001
  self.beta1, self.beta2 = opts.beta1 or 0.9, opts.beta2 or 0.999
  self.eps, self.eta = opts.eps or 1e-8, opts.eta or 1
  self.weight_decay_rate = opts.weight_decay_rate or 0
  self.amsgrad = opts.amsgrad == true
end

function Adam:create_update_rule()
  if self.amsgrad then return AMSGradRule(self) end
  return AdamRule(self)
end

return Adam
