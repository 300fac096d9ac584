--- A fully connected layer that loses weights at random while it is trained.
--- Source: Chainer; Wan et al., "Regularization of neural networks using DropConnect", 2013.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local initializers = require "dgraph.initializers"

---@class dgraph.SimplifiedDropconnect: dgraph.Link
---@field W dgraph.Parameter  weights, out x in
---@field b dgraph.Parameter?  biases, one for each output
---@field out_size integer
---@field ratio number  how many of the weights are dropped
---@overload fun(in_size: integer?, out_size: integer, ...): dgraph.SimplifiedDropconnect
---@class dgraph.SimplifiedDropconnectOptions
---@field ratio number?  0.5 by default
---@field nobias boolean?
---@field initialW dgraph.InitializerLike?  LeCunNormal by default
---@field initial_bias dgraph.InitializerLike?  0 by default

local SimplifiedDropconnect = Link:extend("SimplifiedDropconnect")

local OPTIONS = { "ratio", "nobias", "initialW", "initial_bias" }

---@param in_size integer?  nil: taken from the first input
---@param out_size integer
---@param ... any  the options, in the order of dgraph.SimplifiedDropconnectOptions, or by name
function SimplifiedDropconnect:init(in_size, out_size, ...)
  local opts = arguments.read(self._name, OPTIONS, ...)
  arguments.size(self._name, "out_size", out_size)
  if in_size ~= nil then arguments.size(self._name, "in_size", in_size) end
  self.out_size = out_size
  self.ratio = check.number(opts.ratio or 0.5, self._name, "ratio")
  self.W = Parameter(initializers.get(opts.initialW), in_size and { out_size, in_size })
  if opts.nobias then return end
  self.b = Parameter(initializers.get(opts.initial_bias, 0), { out_size })
end

---@param x dgraph.Tensor  batch x in; the axes after the batch may be several
---@param train? boolean|table  true by default; or this and the following by name
---@param mask? dgraph.Tensor  which weights stay: out x in, or batch x out x in; drawn if nil
---@param use_batchwise_mask? boolean  each sample loses others: true by default
---@return dgraph.Tensor  batch x out
function SimplifiedDropconnect:forward(x, train, mask, use_batchwise_mask)
  local W = self.W
  if not W.is_initialized then
    local shape, in_size = x.shape, 1
    if #shape < 2 then
      errors.raisef("%s: x has %d axes, wanted 2 or more", self._name, #shape)
    end
    for axis = 2, #shape do in_size = in_size * shape[axis] end
    W:initialize({ self.out_size, in_size })
  end
  local y = F.simplified_dropconnect(x, W, self.b, self.ratio, train, mask, use_batchwise_mask)
  return y
end

function SimplifiedDropconnect:printable_specs()
  local W = self.W
  return {
    { "in_size", W.is_initialized and W.shape[2] or "?" },
    { "out_size", self.out_size },
    { "ratio", self.ratio },
    { "nobias", self.b == nil },
  }
end

return SimplifiedDropconnect
