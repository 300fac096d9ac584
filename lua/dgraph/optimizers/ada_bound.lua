--- AdaBound: Adam whose rates are kept in bounds that close around that of SGD. L. Luo et al.,
--- "Adaptive gradient methods with dynamic bound of learning rate", 2019, as Chainer has it.
--
--     m, v, a as in Adam
--     last = final_lr alpha / (alpha when the model was set up)
--     lower = last (1 - 1 / (gamma t + 1)),  upper = last (1 + 1 / (gamma t))
--     r = a / (sqrt(v) + eps), in [lower, upper]
--     p = p - eta (r m + weight_decay_rate p)
--
-- With amsbound (or by the name AMSBound) the largest v so far takes the place of v.
--
-- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and the state change.
local GradientMethod = require "dgraph.optimizers.gradient_method"
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.AdaBound: dgraph.GradientMethod
---@field alpha number  0.001 by default
---@field beta1 number  0.9 by default
---@field beta2 number  0.999 by default
---@field final_lr number  0.1 by default
---@field gamma number  0.001 by default
---@field eps number  1e-8 by default
---@field eta number  1 by default
---@field weight_decay_rate number  0 by default
---@field amsbound boolean  false by default
---@overload fun(alpha?: number|table, ...): dgraph.AdaBound
local AdaBound = define("AdaBound", {
  settings = {
    { "alpha", 0.001 }, { "beta1", 0.9 }, { "beta2", 0.999 }, { "final_lr", 0.1 },
    { "gamma", 0.001 }, { "eps", 1e-8 }, { "eta", 1 }, { "weight_decay_rate", 0 },
    { "amsbound", false },
  },
  states = { "m", "v" },
  init = function(rule, settings) rule.initial_alpha = settings.alpha end,
  update = function(rule, param, grad)
    local settings, state, t = rule.hyperparam, rule.state, rule.t
    local alpha, beta1, beta2 = settings.alpha, settings.beta1, settings.beta2
    local gamma = settings.gamma
    local rate = alpha * math.sqrt(1 - beta2 ^ t) / (1 - beta1 ^ t)
    local last = settings.final_lr * alpha / rule.initial_alpha
    native.check(C.dg_update_adabound(param, grad, state.m, state.v, state.vhat, rate, beta1,
      beta2, settings.eps, settings.eta, settings.weight_decay_rate,
      last * (1 - 1 / (gamma * t + 1)), last * (1 + 1 / (gamma * t))))
  end,
})

local AMSBoundRule = AdaBound.Rule:extend("AMSBoundRule")
AMSBoundRule.state_names = { "m", "v", "vhat" }

function AdaBound:create_update_rule()
  if self.amsbound then return AMSBoundRule(self) end
  return GradientMethod.create_update_rule(self)
end

return AdaBound
