--- Nesterov's accelerated gradient: v = momentum v - lr g, p = p + momentum v - lr g. Y. Bengio,
--- N. Boulanger-Lewandowski, R. Pascanu, "Advances in optimizing recurrent networks", 2012.
---
--- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and v change.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.NesterovAG: dgraph.GradientMethod
---@field lr number  0.01 by default
---@field momentum number  0.9 by default
---@overload fun(lr?: number|table, momentum?: number): dgraph.NesterovAG
return define("NesterovAG", {
  settings = { { "lr", 0.01 }, { "momentum", 0.9 } },
  states = { "v" },
  update = function(rule, param, grad)
    local settings = rule.hyperparam
    native.check(C.dg_update_nesterov_ag(param, grad, rule.state.v, settings.lr,
      settings.momentum))
  end,
})
