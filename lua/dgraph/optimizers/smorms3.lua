--- SMORMS3: AdaGrad that forgets what is past where gradients agree. S. Funk,
--- sifter.org/~simon/journal/20150420.html, 2015.
--
--     r = 1 / (mem + 1)                             (mem is 1 at first)
--     mean = (1 - r) mean + r g                     (its name in files is g, as Chainer's)
--     g2 = (1 - r) g2 + r g^2
--     x = mean^2 / (g2 + eps)
--     p = p - g min(x, lr) / (sqrt(g2) + eps)
--     mem = 1 + mem (1 - x)
--
-- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and the state change.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.SMORMS3: dgraph.GradientMethod
---@field lr number  0.001 by default
---@field eps number  1e-16 by default
---@overload fun(lr?: number|table, eps?: number): dgraph.SMORMS3
return define("SMORMS3", {
  settings = { { "lr", 0.001 }, { "eps", 1e-16 } },
  states = { "mem", "g", "g2" },
  values = { mem = 1 },
  update = function(rule, param, grad)
    local settings, state = rule.hyperparam, rule.state
    native.check(C.dg_update_smorms3(param, grad, state.mem, state.g, state.g2, settings.lr,
      settings.eps))
  end,
})
