--- LAMB, for large batches: Adam whose step is as long as the parameter, times lr. Y. You et al.,
--- "Large batch optimization for deep learning: training BERT in 76 minutes", 2020, algorithm 2.
--
--     m, v as in Adam,  M = m / (1 - beta1^t),  V = v / (1 - beta2^t)
--     d = M / (sqrt(V) + eps) + weight_decay p
--     p = p - lr |p| / |d| d                        (|p| / |d| is 1 where one of them is 0)
--
-- A gradient of rows becomes a whole one: the lengths are those of all rows.
local create = require "dgraph.create"
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.LAMB: dgraph.GradientMethod
---@field lr number  0.001 by default
---@field beta1 number  0.9 by default
---@field beta2 number  0.999 by default
---@field eps number  1e-6 by default
---@field weight_decay number  0 by default
---@overload fun(lr?: number|table, ...): dgraph.LAMB
return define("LAMB", {
  settings = {
    { "lr", 0.001 }, { "beta1", 0.9 }, { "beta2", 0.999 }, { "eps", 1e-6 }, { "weight_decay", 0 },
  },
  states = { "m", "v" },
  whole = true,
  update = function(rule, param, grad)
    local settings, state, t = rule.hyperparam, rule.state, rule.t
    local beta1, beta2 = settings.beta1, settings.beta2
    local direction = create.zeros_like(param)
    native.check(C.dg_update_lamb(param, grad, state.m, state.v, direction, 1 / (1 - beta1 ^ t),
      beta1, beta2, 1 / math.sqrt(1 - beta2 ^ t), settings.eps, settings.weight_decay))
    local length = math.sqrt(native.sum_of_squares(param))
    local step = math.sqrt(native.sum_of_squares(direction))
    local trust = length > 0 and step > 0 and length / step or 1
    native.check(C.dg_add_scaled(param, direction, -settings.lr * trust))
  end,
})
