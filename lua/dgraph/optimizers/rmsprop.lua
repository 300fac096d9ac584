--- RMSprop: ms = alpha ms + (1 - alpha) g^2, p = p - lr g / (sqrt(ms) + eps), or with
--- eps_inside_sqrt p = p - lr g / sqrt(ms + eps). T. Tieleman, G. Hinton, Coursera's "Neural
--- networks for machine learning", lecture 6.5, 2012.
---
--- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and ms change: ms of
--- the others fades when they come again, not before.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.RMSprop: dgraph.GradientMethod
---@field lr number  0.01 by default
---@field alpha number  0.99 by default
---@field eps number  1e-8 by default
---@field eps_inside_sqrt boolean  false by default
---@overload fun(lr?: number|table, ...): dgraph.RMSprop
return define("RMSprop", {
  settings = { { "lr", 0.01 }, { "alpha", 0.99 }, { "eps", 1e-8 }, { "eps_inside_sqrt", false } },
  states = { "ms" },
  update = function(rule, param, grad)
    local settings = rule.hyperparam
    local eps, inside = settings.eps, 0
    if settings.eps_inside_sqrt then eps, inside = 0, eps end
    native.check(C.dg_update_rmsprop(param, grad, rule.state.ms, settings.lr, settings.alpha, eps,
      inside))
  end,
})
