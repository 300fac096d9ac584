--- A hook that adds noise to gradients, less from step to step: of deviation
--- sqrt(eta / (1 + t)^0.55), t counting the updates before. A. Neelakantan et al., "Adding gradient
--- noise improves learning for very deep networks", 2015.
---
--- A gradient that was some rows of a matrix (F.embed_id) becomes whole.
local check = require "dgraph.check"
local class = require "dgraph.class"
local native = require "dgraph.native"
local random = require "dgraph.random"

---@class dgraph.GradientNoise
---@field eta number
---@field noise_func fun(grad: dgraph.Tensor, hook: table, rule: table): dgraph.Tensor
---@overload fun(eta: number, noise_func?: function): dgraph.GradientNoise
local GradientNoise = class.new("GradientNoise")
GradientNoise.name = "GradientNoise"
GradientNoise.timing = "pre"
GradientNoise.call_for_each_param = true

local function fading(grad, hook, rule)
  local deviation = math.sqrt(hook.eta / (1 + rule.t) ^ 0.55)
  return random.normal(0, deviation, grad.shape, { dtype = grad.dtype, device = grad.device })
end

---@param eta number  the papers' are 0.01, 0.3 and 1
---@param noise_func? function  gives noise like a gradient
function GradientNoise:init(eta, noise_func)
  self.eta = check.number(eta, "GradientNoise", "eta")
  self.noise_func = noise_func or fading
end

---@param rule dgraph.UpdateRule
---@param param dgraph.Parameter
function GradientNoise:__call(rule, param)
  local grad = param.grad
  native.check(native.C.dg_add_scaled(grad, self.noise_func(grad, self, rule), 1))
end

return GradientNoise
