--- A rectifier whose slope below 0 is learned.
--- Source: Chainer; He et al., arXiv:1502.01852.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local initializers = require "dgraph.initializers"

---@class dgraph.PReLU: dgraph.Link
---@field W dgraph.Parameter  slopes
---@overload fun(shape: integer|integer[]|nil, ...): dgraph.PReLU
local PReLU = Link:extend("PReLU")

local OPTIONS = { "shape", "init" }

---@param shape? integer|integer[]|table  of the slopes: that of an input behind its batch, or the
---  first axes of that; {} by default, one slope for all. Or all options by name
---@param init? dgraph.InitializerLike  0.25 by default
function PReLU:init(shape, init)
  local opts = arguments.read("PReLU", OPTIONS, shape, init)
  self.W = Parameter(initializers.get(opts.init, 0.25), opts.shape or {})
end

---@param x dgraph.Tensor  batch x ...
---@return dgraph.Tensor  of x's shape
function PReLU:forward(x)
  local y = F.prelu(x, self.W)
  return y
end

return PReLU
