--- Normalization of each sample by the mean and the variance of its groups of channels.
--- Source: Chainer; Wu and He, arXiv:1803.08494.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"
local initializers = require "dgraph.initializers"

---@class dgraph.GroupNormalization: dgraph.Link
---@field gamma dgraph.Parameter  what the normalized input is multiplied with, channel by channel
---@field beta dgraph.Parameter  what is added then
---@field groups integer
---@field eps number
---@overload fun(groups: integer, size: integer?, ...): dgraph.GroupNormalization
---@class dgraph.GroupNormalizationOptions
---@field size integer?
---@field eps number?  1e-5 by default
---@field initial_gamma dgraph.InitializerLike?  1 by default
---@field initial_beta dgraph.InitializerLike?  0 by default

local GroupNormalization = Link:extend("GroupNormalization")

local OPTIONS = { "size", "eps", "initial_gamma", "initial_beta" }

---@param groups integer
---@param size? integer|dgraph.GroupNormalizationOptions  how many channels there are: taken from
---  the first input if nil; or the options by name
---@param eps? number|dgraph.GroupNormalizationOptions  1e-5 by default
---@param initial_gamma? dgraph.InitializerLike  1 by default
---@param initial_beta? dgraph.InitializerLike  0 by default
function GroupNormalization:init(groups, size, eps, initial_gamma, initial_beta)
  local opts = arguments.read("GroupNormalization", OPTIONS, size, eps, initial_gamma,
    initial_beta)
  arguments.size("GroupNormalization", "groups", groups)
  if opts.size ~= nil then arguments.size("GroupNormalization", "size", opts.size) end
  self.groups = groups
  self.eps = check.number(opts.eps or 1e-5, "GroupNormalization", "eps")
  local shape = opts.size and { opts.size }
  self.gamma = Parameter(initializers.get(opts.initial_gamma, 1), shape)
  self.beta = Parameter(initializers.get(opts.initial_beta, 0), shape)
end

---@param x dgraph.Tensor  batch x channels x ...
---@return dgraph.Tensor  of x's shape
function GroupNormalization:forward(x)
  if not self.gamma.is_initialized then
    local shape = { x.shape[2] }
    self.gamma:initialize(shape)
    self.beta:initialize(shape)
  end
  local y = F.group_normalization(x, self.groups, self.gamma, self.beta, self.eps)
  return y
end

function GroupNormalization:printable_specs()
  return {
    { "groups", self.groups },
    { "size", self.gamma.is_initialized and self.gamma.shape[1] or "?" },
    { "eps", self.eps },
  }
end

return GroupNormalization
