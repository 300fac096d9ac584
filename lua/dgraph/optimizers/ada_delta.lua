--- AdaDelta, which has no learning rate. M. Zeiler, "ADADELTA: an adaptive learning rate method",
--- 2012.
--
--     msg = rho msg + (1 - rho) g^2
--     dx = sqrt((msdx + eps) / (msg + eps)) g
--     msdx = rho msdx + (1 - rho) dx^2
--     p = p - dx
--
-- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and the state change.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.AdaDelta: dgraph.GradientMethod
---@field rho number  0.95 by default
---@field eps number  1e-6 by default
---@overload fun(rho?: number|table, eps?: number): dgraph.AdaDelta
return define("AdaDelta", {
  settings = { { "rho", 0.95 }, { "eps", 1e-6 } },
  states = { "msg", "msdx" },
  update = function(rule, param, grad)
    local settings, state = rule.hyperparam, rule.state
    native.check(C.dg_update_adadelta(param, grad, state.msg, state.msdx, settings.rho,
      settings.eps))
  end,
})
