--- Adamax: Adam with the largest gradient in the place of their squares. D. Kingma, J. Ba, "Adam: a
--- method for stochastic optimization", 2015, section 7.1, as PyTorch has it; the defaults are
--- PyTorch's.
--
--     m = beta1 m + (1 - beta1) g
--     u = max(beta2 u, |g| + eps)
--     p = p - lr m / ((1 - beta1^t) u)
--
-- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and the state change.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.Adamax: dgraph.GradientMethod
---@field lr number  0.002 by default
---@field beta1 number  0.9 by default
---@field beta2 number  0.999 by default
---@field eps number  1e-8 by default
---@overload fun(lr?: number|table, ...): dgraph.Adamax
return define("Adamax", {
  settings = { { "lr", 0.002 }, { "beta1", 0.9 }, { "beta2", 0.999 }, { "eps", 1e-8 } },
  states = { "m", "u" },
  update = function(rule, param, grad)
    local settings, state = rule.hyperparam, rule.state
    local beta1 = settings.beta1
    native.check(C.dg_update_adamax(param, grad, state.m, state.u,
      settings.lr / (1 - beta1 ^ rule.t), beta1, settings.beta2, settings.eps))
  end,
})
