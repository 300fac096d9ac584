--- M-SVAG: momentum, shortened where gradients disagree. L. Balles, P. Hennig, "Dissecting Adam:
--- the sign, magnitude and variance of stochastic gradients", 2018, as Chainer has it.
--
--     m = beta m + (1 - beta) g,  M = m / (1 - beta^t)
--     v = beta v + (1 - beta) g^2,  V = v / (1 - beta^t)
--     rho = (1 - beta) (1 + beta^t) / ((1 + beta) (1 - beta^t)), at most 0.9999
--     part = M^2 / (M^2 + rho (V - M^2) / (1 - rho)), in [0, 1]
--     p = p - eta (lr part M + weight_decay_rate p)
--
-- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and the state change.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.MSVAG: dgraph.GradientMethod
---@field lr number  0.1 by default
---@field beta number  0.9 by default
---@field eta number  1 by default
---@field weight_decay_rate number  0 by default
---@overload fun(lr?: number|table, ...): dgraph.MSVAG
return define("MSVAG", {
  settings = { { "lr", 0.1 }, { "beta", 0.9 }, { "eta", 1 }, { "weight_decay_rate", 0 } },
  states = { "m", "v" },
  update = function(rule, param, grad)
    local settings, state = rule.hyperparam, rule.state
    local beta, eta = settings.beta, settings.eta
    local power = beta ^ rule.t
    local rho = math.min(0.9999, (1 - beta) * (1 + power) / ((1 + beta) * (1 - power)))
    native.check(C.dg_update_msvag(param, grad, state.m, state.v, eta * settings.lr, beta,
      1 / (1 - power), rho / (1 - rho), 1 - eta * settings.weight_decay_rate))
  end,
})
