--- Stochastic gradient descent: p = p - lr g.
---
--- Where a gradient is some rows of a matrix (F.embed_id) the step costs what these do, and is the
--- same.
local GradientMethod = require "dgraph.optimizers.gradient_method"
local UpdateRule = require "dgraph.optimizers.update_rule"
local arguments = require "dgraph.links.arguments"
local native = require "dgraph.native"
local unroll = require "dgraph.utils.unroll"

local C = native.C

---@class dgraph.SGDRule: dgraph.UpdateRule
local SGDRule = UpdateRule:extend("SGDRule")
SGDRule.takes_rows = true

function SGDRule:update_core(param, grad)
  native.check(C.dg_update_sgd(param, grad, self.hyperparam.lr))
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

function SGD:_read_rules()
  GradientMethod._read_rules(self)
  self._inherits = UpdateRule.inherits(self)
  self._is_plain = unroll("rules, inherits, update", #self._rules, [[
    do
      local rule = rules[$i]
      local settings = rule.hyperparam
      if not rule.enabled or rawget(settings, "lr") ~= nil or getmetatable(settings) ~= inherits
          or rule.update_core ~= update or rule.master then
        return false
      end
    end]], "return true")
  self._count = unroll("rules, marks", #self._rules,
    "rules[$i].t = rules[$i].t + marks[$i - 1]", "")
end

--- All parameters in one call, unless some have rules or settings of their own.
function SGD:_apply()
  local rules, list, lr = self._rules, self._list, self.lr
  if not self._is_plain(rules, self._inherits, SGDRule.update_core) then
    return GradientMethod._apply(self)
  end
  native.check(C.dg_update_sgd_all(list.n, list.handles, lr, list.marks))
  self._count(rules, list.marks)
end

return SGD
