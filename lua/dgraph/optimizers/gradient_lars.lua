--- A hook that scales the gradient of each parameter to the length of that. Y. You, I. Gitman,
--- B. Ginsburg, "Large batch training of convolutional networks", 2017, as Chainer has it:
--
--     rate = |p| / (eps + |g| + weight_decay |p|) if |p| > threshold, else 1
--     g = rate (g + weight_decay p)
--
-- A gradient that was some rows of a matrix (F.embed_id) becomes whole.
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"
local class = require "dgraph.class"
local native = require "dgraph.native"

---@class dgraph.GradientLARS
---@field threshold number
---@field weight_decay number
---@field eps number
---@overload fun(threshold?: number|table, weight_decay?: number, eps?: number): dgraph.GradientLARS
local GradientLARS = class.new("GradientLARS")
GradientLARS.name = "GradientLARS"
GradientLARS.timing = "pre"
GradientLARS.call_for_each_param = true

local OPTIONS = { "threshold", "weight_decay", "eps" }

---@param ... any  threshold = 0.01, weight_decay = 0, eps = 1e-9; or by name in one table
function GradientLARS:init(...)
  local opts = arguments.read("GradientLARS", OPTIONS, ...)
  self.threshold = check.number(opts.threshold or 0.01, "GradientLARS", "the threshold")
  self.weight_decay = check.number(opts.weight_decay or 0, "GradientLARS", "the weight decay")
  self.eps = check.number(opts.eps or 1e-9, "GradientLARS", "eps")
end

---@param rule dgraph.UpdateRule
---@param param dgraph.Parameter
function GradientLARS:__call(rule, param) -- luacheck: no unused args
  local C, grad = native.C, param.grad
  local length, slope = native.sum_of_squares(param) ^ 0.5, native.sum_of_squares(grad) ^ 0.5
  local rate = 1
  if length > self.threshold then
    rate = length / (self.eps + slope + self.weight_decay * length)
  end
  native.check(C.dg_add_scaled(grad, param, self.weight_decay))
  native.check(C.dg_scale(grad, rate))
end

return GradientLARS
