--- The activation x sigmoid(beta x), where beta is learned.
--- Source: Chainer; Ramachandran, Zoph, Le, arXiv:1710.05941.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local initializers = require "dgraph.initializers"

---@class dgraph.Swish: dgraph.Link
---@field beta dgraph.Parameter  of the shape beta_shape
---@overload fun(beta_shape: integer|integer[]|nil, ...): dgraph.Swish
local Swish = Link:extend("Swish")

local OPTIONS = { "beta_init" }

---@param beta_shape integer|integer[]|nil  that of an input behind its batch, or the first axes of
---  that; nil: taken from the first input
---@param beta_init? number|dgraph.InitializerLike|table  1 by default; or the option by name
function Swish:init(beta_shape, beta_init)
  local opts = arguments.read("Swish", OPTIONS, beta_init)
  self.beta = Parameter(initializers.get(opts.beta_init, 1), beta_shape)
end

---@param x dgraph.Tensor  batch x ...
---@return dgraph.Tensor  of x's shape
function Swish:forward(x)
  local beta = self.beta
  if not beta.is_initialized then
    local shape = x.shape
    table.remove(shape, 1)
    beta:initialize(shape)
  end
  local y = F.swish(x, beta)
  return y
end

return Swish
