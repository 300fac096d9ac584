--- NAdam: Adam with Nesterov's momentum. T. Dozat, "Incorporating Nesterov momentum into Adam",
--- 2016, as PyTorch has it; the defaults are PyTorch's.
--
--     m, v as in Adam,  V = v / (1 - beta2^t)
--     mu(t) = beta1 (1 - 0.96^(t momentum_decay) / 2),  P(t) = mu(1) mu(2) ... mu(t)
--     p = p - lr ((1 - mu(t)) g / (1 - P(t)) + mu(t + 1) m / (1 - P(t + 1))) / (sqrt(V) + eps)
--
-- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and the state change.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.NAdam: dgraph.GradientMethod
---@field lr number  0.002 by default
---@field beta1 number  0.9 by default
---@field beta2 number  0.999 by default
---@field eps number  1e-8 by default
---@field momentum_decay number  0.004 by default
---@overload fun(lr?: number|table, ...): dgraph.NAdam
return define("NAdam", {
  settings = {
    { "lr", 0.002 }, { "beta1", 0.9 }, { "beta2", 0.999 }, { "eps", 1e-8 },
    { "momentum_decay", 0.004 },
  },
  states = { "m", "v" },
  numbers = { "mu_product" },
  init = function(rule) rule.mu_product = 1 end,
  update = function(rule, param, grad)
    local settings, state, t = rule.hyperparam, rule.state, rule.t
    local beta1, lr = settings.beta1, settings.lr
    local mu = beta1 * (1 - 0.5 * 0.96 ^ (t * settings.momentum_decay))
    local next_mu = beta1 * (1 - 0.5 * 0.96 ^ ((t + 1) * settings.momentum_decay))
    rule.mu_product = rule.mu_product * mu
    native.check(C.dg_update_nadam(param, grad, state.m, state.v,
      lr * next_mu / (1 - rule.mu_product * next_mu), lr * (1 - mu) / (1 - rule.mu_product),
      beta1, settings.beta2, 1 / math.sqrt(1 - settings.beta2 ^ t), settings.eps))
  end,
})
