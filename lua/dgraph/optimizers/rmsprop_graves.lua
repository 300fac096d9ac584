--- RMSprop with the variance of gradients, and momentum. A. Graves, "Generating sequences with
--- recurrent neural networks", 2013, section 4.2.
--
--     n = alpha n + (1 - alpha) g^2
--     mean = alpha mean + (1 - alpha) g             (its name in files is g, as Chainer's)
--     delta = momentum delta - lr g / sqrt(n - mean^2 + eps)
--     p = p + delta
--
-- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and the state change.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.RMSpropGraves: dgraph.GradientMethod
---@field lr number  0.0001 by default
---@field alpha number  0.95 by default
---@field momentum number  0.9 by default
---@field eps number  0.0001 by default
---@overload fun(lr?: number|table, ...): dgraph.RMSpropGraves
return define("RMSpropGraves", {
  settings = { { "lr", 1e-4 }, { "alpha", 0.95 }, { "momentum", 0.9 }, { "eps", 1e-4 } },
  states = { "n", "g", "delta" },
  update = function(rule, param, grad)
    local settings, state = rule.hyperparam, rule.state
    native.check(C.dg_update_rmsprop_graves(param, grad, state.n, state.g, state.delta,
      settings.lr, settings.alpha, settings.momentum, settings.eps))
  end,
})
