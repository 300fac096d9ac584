--- A hook that adds the gradient of rate |p|_1 to gradients: g = g + rate sign(p).
---
--- All parameters shrink: a gradient that was some rows of a matrix (F.embed_id) becomes whole.
local check = require "dgraph.check"
local class = require "dgraph.class"
local functions = require "dgraph.functions"
local native = require "dgraph.native"

---@class dgraph.Lasso
---@field rate number
---@overload fun(rate: number): dgraph.Lasso
local Lasso = class.new("Lasso")
Lasso.name = "Lasso"
Lasso.timing = "pre"
Lasso.call_for_each_param = true

---@param rate number
function Lasso:init(rate)
  self.rate = check.number(rate, "Lasso", "the rate")
end

---@param rule dgraph.UpdateRule
---@param param dgraph.Parameter
function Lasso:__call(rule, param) -- luacheck: no unused args
  local sign = functions.sign(param:detach())
  native.check(native.C.dg_add_scaled(param.grad, sign, self.rate))
end

return Lasso
