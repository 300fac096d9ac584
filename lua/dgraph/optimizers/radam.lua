--- RAdam: Adam that leaves v out until it tells something. L. Liu et al., "On the variance of the
--- adaptive learning rate and beyond", 2020, as PyTorch has it; the defaults are PyTorch's.
--
--     m, v as in Adam
--     last = 2 / (1 - beta2) - 1,  rho = last - 2 t beta2^t / (1 - beta2^t)
--     rho > 5:  r = sqrt((rho - 4) (rho - 2) last / ((last - 4) (last - 2) rho))
--               p = p - lr r m sqrt(1 - beta2^t) / ((1 - beta1^t) (sqrt(v) + eps))
--     else:     p = p - lr m / (1 - beta1^t)
--
-- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and the state change.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.RAdam: dgraph.GradientMethod
---@field lr number  0.001 by default
---@field beta1 number  0.9 by default
---@field beta2 number  0.999 by default
---@field eps number  1e-8 by default
---@overload fun(lr?: number|table, ...): dgraph.RAdam
return define("RAdam", {
  settings = { { "lr", 0.001 }, { "beta1", 0.9 }, { "beta2", 0.999 }, { "eps", 1e-8 } },
  states = { "m", "v" },
  update = function(rule, param, grad)
    local settings, state, t = rule.hyperparam, rule.state, rule.t
    local beta1, beta2 = settings.beta1, settings.beta2
    local power = beta2 ^ t
    local last = 2 / (1 - beta2) - 1
    local rho = last - 2 * t * power / (1 - power)
    local rate, root, eps = settings.lr / (1 - beta1 ^ t), 0, 1
    if rho > 5 then
      local r = (rho - 4) * (rho - 2) * last / ((last - 4) * (last - 2) * rho)
      rate, root, eps = rate * math.sqrt(r * (1 - power)), 1, settings.eps
    end
    native.check(C.dg_update_radam(param, grad, state.m, state.v, rate, beta1, beta2, root, eps))
  end,
})
