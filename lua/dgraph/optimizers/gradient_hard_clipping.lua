--- A hook that puts each element of the gradients between two bounds.
---
--- A gradient that was some rows of a matrix (F.embed_id) becomes whole.
local check = require "dgraph.check"
local class = require "dgraph.class"
local errors = require "dgraph.errors"
local functions = require "dgraph.functions"

---@class dgraph.GradientHardClipping
---@field lower_bound number
---@field upper_bound number
---@overload fun(lower_bound: number, upper_bound: number): dgraph.GradientHardClipping
local GradientHardClipping = class.new("GradientHardClipping")
GradientHardClipping.name = "GradientHardClipping"
GradientHardClipping.timing = "pre"
GradientHardClipping.call_for_each_param = true

---@param lower_bound number
---@param upper_bound number
function GradientHardClipping:init(lower_bound, upper_bound)
  self.lower_bound = check.number(lower_bound, self._name, "the lower bound")
  self.upper_bound = check.number(upper_bound, self._name, "the upper bound")
  if lower_bound > upper_bound then
    errors.raisef("%s: the lower bound %g is above the upper bound %g", self._name, lower_bound,
      upper_bound)
  end
end

---@param rule dgraph.UpdateRule
---@param param dgraph.Parameter
function GradientHardClipping:__call(rule, param) -- luacheck: no unused args
  param.grad = functions.clip(param.grad:detach(), self.lower_bound, self.upper_bound)
end

return GradientHardClipping
