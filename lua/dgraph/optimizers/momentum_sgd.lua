--- Gradient descent with momentum: v = momentum v - lr g, p = p + v.
---
--- Where a gradient is some rows of a matrix (F.embed_id) only these rows of p and v change: the
--- momentum of the others waits until they come again. With `sparse = false` in embed_id all
--- change.
local GradientMethod = require "dgraph.optimizers.gradient_method"
local UpdateRule = require "dgraph.optimizers.update_rule"
local arguments = require "dgraph.links.arguments"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.MomentumSGDRule: dgraph.UpdateRule
local MomentumSGDRule = UpdateRule:extend("MomentumSGDRule")
MomentumSGDRule.takes_rows = true
MomentumSGDRule.state_names = { "v" }
MomentumSGDRule.setting_names = { "lr", "momentum" }

function MomentumSGDRule:update_core(param, grad)
  local settings = self.hyperparam
  native.check(C.dg_update_momentum_sgd(param, grad, self.state.v, settings.lr, settings.momentum))
end

function MomentumSGDRule.update_all(optimizer, n, params, states, marks)
  return C.dg_update_momentum_sgd_all(n, params, states, optimizer.lr, optimizer.momentum, marks)
end

---@class dgraph.MomentumSGD: dgraph.GradientMethod
---@field lr number
---@field momentum number
---@overload fun(lr?: number|table, momentum?: number): dgraph.MomentumSGD
local MomentumSGD = GradientMethod:extend("MomentumSGD")
MomentumSGD.Rule = MomentumSGDRule

---@param lr? number|{ lr: number, momentum: number }  0.01 by default
---@param momentum? number  0.9 by default
function MomentumSGD:init(lr, momentum)
  GradientMethod.init(self)
  local opts = arguments.read("MomentumSGD", { "lr", "momentum" }, lr, momentum)
  self.lr, self.momentum = opts.lr or 0.01, opts.momentum or 0.9
end

return MomentumSGD
