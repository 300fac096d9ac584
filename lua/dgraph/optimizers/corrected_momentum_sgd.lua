--- Momentum whose memory does not depend on the rate: v = momentum v - g, p = p + lr v, so that a
--- new rate counts at once.
---
--- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and v change.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.CorrectedMomentumSGD: dgraph.GradientMethod
---@field lr number  0.01 by default
---@field momentum number  0.9 by default
---@overload fun(lr?: number|table, momentum?: number): dgraph.CorrectedMomentumSGD
return define("CorrectedMomentumSGD", {
  settings = { { "lr", 0.01 }, { "momentum", 0.9 } },
  states = { "v" },
  update = function(rule, param, grad)
    local settings = rule.hyperparam
    native.check(C.dg_update_corrected_momentum_sgd(param, grad, rule.state.v, settings.lr,
      settings.momentum))
  end,
})
