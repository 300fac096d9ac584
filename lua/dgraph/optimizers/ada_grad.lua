--- AdaGrad: h = h + g^2, p = p - lr g / (sqrt(h) + eps). J. Duchi, E. Hazan, Y. Singer, "Adaptive
--- subgradient methods for online learning and stochastic optimization", 2011.
---
--- Where a gradient is some rows of a matrix (F.embed_id) the step costs what these do, and is
--- exactly the same: what has no gradient changes neither p nor h.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.AdaGrad: dgraph.GradientMethod
---@field lr number  0.001 by default
---@field eps number  1e-8 by default
---@overload fun(lr?: number|table, eps?: number): dgraph.AdaGrad
return define("AdaGrad", {
  settings = { { "lr", 0.001 }, { "eps", 1e-8 } },
  states = { "h" },
  update = function(rule, param, grad)
    local settings = rule.hyperparam
    native.check(C.dg_update_adagrad(param, grad, rule.state.h, settings.lr, settings.eps))
  end,
})
