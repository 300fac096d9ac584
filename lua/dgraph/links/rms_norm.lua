--- Normalization of each sample by the root of its mean square, named as in PyTorch.
--- Source: PyTorch; Zhang and Sennrich, arXiv:1910.07467.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local initializers = require "dgraph.initializers"

---@class dgraph.RMSNorm: dgraph.Link
---@field weight dgraph.Parameter?  of the shape `normalized_shape`
---@field normalized_shape integer[]
---@field eps number?
---@overload fun(normalized_shape: integer|integer[], ...): dgraph.RMSNorm
---@class dgraph.RMSNormOptions
---@field eps number?  the distance from 1 to the next number by default
---@field elementwise_affine boolean?  has a weight: true by default

local RMSNorm = Link:extend("RMSNorm")

local OPTIONS = { "eps", "elementwise_affine" }

---@param normalized_shape integer|integer[]  the sizes of the last axes
---@param eps? number|dgraph.RMSNormOptions
---@param elementwise_affine? boolean  true by default
function RMSNorm:init(normalized_shape, eps, elementwise_affine)
  local opts = arguments.read("RMSNorm", OPTIONS, eps, elementwise_affine)
  local shape = type(normalized_shape) == "table" and normalized_shape or { normalized_shape }
  if #shape == 0 then arguments.size("RMSNorm", "normalized_shape", nil) end
  for _, size in ipairs(shape) do arguments.size("RMSNorm", "normalized_shape", size) end
  self.normalized_shape, self.eps = shape, opts.eps
  if opts.elementwise_affine ~= false then self.weight = Parameter(initializers.One(), shape) end
end

---@param x dgraph.Tensor  batch x ... x normalized_shape
---@return dgraph.Tensor  of x's shape
function RMSNorm:forward(x)
  local y = F.rms_norm(x, self.normalized_shape, self.weight, self.eps)
  return y
end

function RMSNorm:printable_specs()
  return {
    { "normalized_shape", table.concat(self.normalized_shape, "x") },
    { "eps", self.eps },
    { "elementwise_affine", self.weight ~= nil },
  }
end

return RMSNorm
