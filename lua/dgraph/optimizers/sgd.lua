--- Stochastic gradient descent: p = p - lr g.
---
--- Where a gradient is some rows of a matrix (F.embed_id) the step costs what these do, and is the
--- same.
local GradientMethod = require "dgraph.optimizers.gradient_method"
local UpdateRule = require "dgraph.optimizers.update_rule"
local arguments = require "dgraph.links.arguments"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.SGDRule: dgraph.UpdateRule
local SGDRule = UpdateRule:extend("SGDRule")
SGDRule.takes_rows = true
SGDRule.setting_names = { "lr" }

function SGDRule:update_core(param, grad)
  native.check(C.dg_update_sgd(param, grad, self.hyperparam.lr))
end

function SGDRule.update_all(optimizer, n, params, _, marks)
  return C.dg_update_sgd_all(n, params, optimizer.lr, marks)
end

---@class dgraph.SGD: dgraph.GradientMethod
---@field lr number
---@overload fun(lr?: number|table): dgraph.SGD
local SGD = GradientMethod:extend("SGD")
SGD.Rule = SGDRule

---@param lr? number|{ lr: number }  0.01 by default
function SGD:init(lr)
  GradientMethod.init(self)
  local opts = arguments.read("SGD", { "lr" }, lr)
  self.lr = opts.lr or 0.01
end

return SGD
