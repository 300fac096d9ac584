--- Normalization of each sample by the mean and the variance of its own units.
--- Source: Chainer; Ba, Kiros, Hinton, arXiv:1607.06450.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"
local initializers = require "dgraph.initializers"

---@class dgraph.LayerNormalization: dgraph.Link
---@field gamma dgraph.Parameter  what the normalized input is multiplied with, unit by unit
---@field beta dgraph.Parameter  what is added then
---@field eps number
---@overload fun(size: integer?, ...): dgraph.LayerNormalization
---@class dgraph.LayerNormalizationOptions
---@field eps number?  1e-6 by default
---@field initial_gamma dgraph.InitializerLike?  1 by default
---@field initial_beta dgraph.InitializerLike?  0 by default

local LayerNormalization = Link:extend("LayerNormalization")

local OPTIONS = { "eps", "initial_gamma", "initial_beta" }

---@param size? integer  of the last axis of the input, from which it is taken if nil
---@param eps? number|dgraph.LayerNormalizationOptions  1e-6 by default; or all options by name
---@param initial_gamma? dgraph.InitializerLike  1 by default
---@param initial_beta? dgraph.InitializerLike  0 by default
function LayerNormalization:init(size, eps, initial_gamma, initial_beta)
  if arguments.is_options(size) then size, eps = nil, size end
  local opts = arguments.read("LayerNormalization", OPTIONS, eps, initial_gamma, initial_beta)
  self.eps = check.number(opts.eps or 1e-6, "LayerNormalization", "eps")
  if size ~= nil then arguments.size("LayerNormalization", "size", size) end
  local shape = size and { size }
  self.gamma = Parameter(initializers.get(opts.initial_gamma, 1), shape)
  self.beta = Parameter(initializers.get(opts.initial_beta, 0), shape)
end

---@param x dgraph.Tensor  batch x ... x units
---@return dgraph.Tensor  of x's shape
function LayerNormalization:forward(x)
  if not self.gamma.is_initialized then
    local shape = x.shape
    self.gamma:initialize { shape[#shape] }
    self.beta:initialize { shape[#shape] }
  end
  local y = F.layer_normalization(x, self.gamma, self.beta, self.eps)
  return y
end

function LayerNormalization:printable_specs()
  return {
    { "size", self.gamma.is_initialized and self.gamma.shape[1] or "?" }, { "eps", self.eps },
  }
end

return LayerNormalization
