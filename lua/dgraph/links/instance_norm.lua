--- Normalization of each channel of each sample by its own mean and variance, named as in PyTorch.
--- Source: PyTorch; Ulyanov, Vedaldi, Lempitsky, arXiv:1607.08022.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"
local initializers = require "dgraph.initializers"

---@class dgraph.InstanceNorm: dgraph.Link
---@field weight dgraph.Parameter?  one number for each channel, if it is `affine`
---@field bias dgraph.Parameter?  one number for each channel; nil unless affine
---@field eps number
---@overload fun(num_features: integer?, ...): dgraph.InstanceNorm
---@class dgraph.InstanceNormOptions
---@field eps number?  1e-5 by default
---@field affine boolean?  has a weight and a bias: false by default

local InstanceNorm = Link:extend("InstanceNorm")

local OPTIONS = { "eps", "affine" }

---@param num_features? integer  how many channels there are: taken from the first input if nil
---@param eps? number|dgraph.InstanceNormOptions  1e-5 by default; or all options by name
---@param affine? boolean  false by default
function InstanceNorm:init(num_features, eps, affine)
  if arguments.is_options(num_features) then num_features, eps = nil, num_features end
  local opts = arguments.read("InstanceNorm", OPTIONS, eps, affine)
  if num_features ~= nil then arguments.size("InstanceNorm", "num_features", num_features) end
  self.eps = check.number(opts.eps or 1e-5, "InstanceNorm", "eps")
  if not opts.affine then return end
  local shape = num_features and { num_features }
  self.weight = Parameter(initializers.One(), shape)
  self.bias = Parameter(initializers.Zero(), shape)
end

---@param x dgraph.Tensor  batch x channels x ...
---@return dgraph.Tensor  of x's shape
function InstanceNorm:forward(x)
  local weight = self.weight
  if weight and not weight.is_initialized then
    local shape = { x.shape[2] }
    weight:initialize(shape)
    self.bias:initialize(shape)
  end
  local y = F.instance_norm(x, weight, self.bias, self.eps)
  return y
end

function InstanceNorm:printable_specs()
  return { { "eps", self.eps }, { "affine", self.weight ~= nil } }
end

return InstanceNorm
