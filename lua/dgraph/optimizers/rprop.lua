--- Rprop, for gradients of all data at once: only their signs count. M. Riedmiller, H. Braun, "A
--- direct adaptive method for faster backpropagation learning: the RPROP algorithm", 1993, as
--- PyTorch has it; the defaults are PyTorch's.
--
--     step = lr at first;  etaplus step where g has the sign of the last g, etaminus step where it
--     has the other, in [step_min, step_max]; then g counts as 0 here and in the next step
--     p = p - sign(g) step
--
-- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and the state change.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.Rprop: dgraph.GradientMethod
---@field lr number  0.01 by default
---@field etaminus number  0.5 by default
---@field etaplus number  1.2 by default
---@field step_min number  1e-6 by default
---@field step_max number  50 by default
---@overload fun(lr?: number|table, ...): dgraph.Rprop
return define("Rprop", {
  settings = {
    { "lr", 0.01 }, { "etaminus", 0.5 }, { "etaplus", 1.2 }, { "step_min", 1e-6 },
    { "step_max", 50 },
  },
  states = { "prev", "step" },
  init = function(rule, settings)
    rule.state_values = setmetatable({}, {
      __index = function(_, name) return name == "step" and settings.lr or nil end,
    })
  end,
  update = function(rule, param, grad)
    local settings, state = rule.hyperparam, rule.state
    native.check(C.dg_update_rprop(param, grad, state.prev, state.step, settings.etaminus,
      settings.etaplus, settings.step_min, settings.step_max))
  end,
})
