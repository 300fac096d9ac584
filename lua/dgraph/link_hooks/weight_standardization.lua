--- Has a layer use its weight with mean 0 and deviation 1 for each output.
--- Source: Chainer; Qiao et al., arXiv:1903.10520.
local F = require "dgraph.functions"
local WeightHook = require "dgraph.link_hooks.weight_hook"
local arguments = require "dgraph.links.arguments"
local create = require "dgraph.create"
local errors = require "dgraph.errors"

---@class dgraph.WeightStandardization: dgraph.WeightHook
---@overload fun(...): dgraph.WeightStandardization
local WeightStandardization = WeightHook:extend "WeightStandardization"
WeightStandardization.name = "WeightStandardization"

---@param ... any  eps = 1e-6, what is added to the deviation; weight_name = "W"; name, of the hook;
---  by position, or by name in one table
function WeightStandardization:init(...)
  local opts = arguments.read("WeightStandardization", { "eps", "weight_name", "name" }, ...)
  self.eps, self.weight_name = opts.eps or 1e-6, opts.weight_name or "W"
  self.name = opts.name
end

--- (W - mean) / (deviation + eps), over all axes but the first. A row of equal numbers becomes 0,
--- and has no gradient.
function WeightStandardization:weight(_, W)
  if W.ndim < 2 then
    errors.raisef("%s: the weight %s has %d axes, wanted two or more", self.name,
      self.weight_name, W.ndim)
  end
  local axes = {}
  for axis = 2, W.ndim do axes[axis - 1] = axis end
  local centered = W - F.mean(W, axes, true)
  local variance = F.mean(F.square(centered), axes, true)
  local varies = F.gt(variance, 0)
  local deviation = F.where(varies, F.sqrt(F.where(varies, variance, create.ones_like(variance))),
    create.zeros_like(variance))
  return centered / (deviation + self.eps)
end

return WeightStandardization
