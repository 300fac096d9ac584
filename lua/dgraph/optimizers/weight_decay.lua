--- A hook that adds weight decay to gradients: g = g + rate p, the gradient of rate |p|^2 / 2.
---
--- All parameters decay: a gradient that was some rows of a matrix (F.embed_id) becomes whole.
local check = require "dgraph.check"
local class = require "dgraph.class"
local native = require "dgraph.native"

---@class dgraph.WeightDecay
---@field rate number
---@overload fun(rate: number): dgraph.WeightDecay
local WeightDecay = class.new("WeightDecay")
WeightDecay.name = "WeightDecay"
WeightDecay.timing = "pre"
WeightDecay.call_for_each_param = true

---@param rate number
function WeightDecay:init(rate)
  self.rate = check.number(rate, "WeightDecay", "the rate")
end

---@param rule dgraph.UpdateRule
---@param param dgraph.Parameter
function WeightDecay:__call(rule, param) -- luacheck: no unused args
  native.check(native.C.dg_add_scaled(param.grad, param, self.rate))
end

return WeightDecay
