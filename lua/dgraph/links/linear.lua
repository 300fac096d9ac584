--- A fully connected layer, y = x W' + b.
--- Source: Chainer.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local initializers = require "dgraph.initializers"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.Linear: dgraph.Link
---@field W dgraph.Parameter  weights, out x in
---@field b dgraph.Parameter?  biases, one for each output
---@field out_size integer
---@overload fun(in_size: integer?, out_size: integer, ...): dgraph.Linear
---@class dgraph.LinearOptions
---@field nobias boolean?
---@field initialW dgraph.InitializerLike?  LeCunNormal by default
---@field initial_bias dgraph.InitializerLike?  0 by default

local Linear = Link:extend("Linear")

local OPTIONS = { "nobias", "initialW", "initial_bias" }

--- `L.Linear(100)` is `L.Linear(nil, 100)`, as in Chainer. The options may come by position too.
---@param in_size integer?  nil: taken from the first input
---@param out_size integer
---@param opts? boolean|dgraph.LinearOptions  nobias, or all options by name
---@param initialW? dgraph.InitializerLike  LeCunNormal by default
---@param initial_bias? dgraph.InitializerLike  0 by default
function Linear:init(in_size, out_size, opts, initialW, initial_bias)
  if arguments.is_options(out_size) then out_size, opts = nil, out_size end
  if out_size == nil then in_size, out_size = nil, in_size end
  opts = arguments.read("Linear", OPTIONS, opts, initialW, initial_bias)
  arguments.size("Linear", "out_size", out_size)
  if in_size ~= nil then arguments.size("Linear", "in_size", in_size) end
  self.out_size = out_size
  self.W = Parameter(initializers.get(opts.initialW), in_size and { out_size, in_size })
  if opts.nobias then return end
  self.b = Parameter(initializers.get(opts.initial_bias, 0), { out_size })
end

--- Gives the weights their shape.
local function see(self, x, n_batch_axes)
  local shape, in_size = x.shape, 1
  for axis = n_batch_axes + 1, #shape do in_size = in_size * shape[axis] end
  self.W:initialize({ self.out_size, in_size })
end

---@param x dgraph.Tensor  batch x in; the axes after the batch may be several
---@param n_batch_axes? integer  how many of the first axes are the batch's: 1 by default
---@return dgraph.Tensor  batch x out
function Linear:forward(x, n_batch_axes)
  local W = self.W
  if C.dg_is_initialized(W) == 0 then see(self, x, n_batch_axes or 1) end
  local y = F.linear(x, W, self.b, n_batch_axes) -- no tail call: see Link
  return y
end

function Linear:printable_specs()
  local W = self.W
  return {
    { "in_size", W.is_initialized and W.shape[2] or "?" },
    { "out_size", self.out_size },
    { "nobias", self.b == nil },
  }
end

return Linear
