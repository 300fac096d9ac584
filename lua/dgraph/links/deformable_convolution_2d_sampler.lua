--- The part of DeformableConvolution2D that convolves: filters, and a bias.
--- Source: Chainer; Dai et al., arXiv:1703.06211.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local channels = require "dgraph.links.channels"
local initializers = require "dgraph.initializers"

---@class dgraph.DeformableConvolution2DSampler: dgraph.Link
---@field W dgraph.Parameter  filters, out x in x kh x kw
---@field b dgraph.Parameter?  biases, one for each filter
---@field out_channels integer
---@field ksize integer[]
---@field stride integer|integer[]
---@field pad integer|integer[]
---@overload fun(in_channels: integer?, ...): dgraph.DeformableConvolution2DSampler
local Sampler = Link:extend("DeformableConvolution2DSampler")

local OPTIONS = { "stride", "pad", "nobias", "initialW", "initial_bias" }

local function shape_weights(self, in_channels)
  self.W:initialize { self.out_channels, in_channels, self.ksize[1], self.ksize[2] }
end

---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer
---@param ksize integer|integer[]
---@param ... any  stride (1), pad (0), nobias, initialW (0), initial_bias (0), or these by name
function Sampler:init(in_channels, out_channels, ksize, ...)
  local opts
  in_channels, out_channels, ksize, opts = channels.read(self._name, 2, OPTIONS, in_channels,
    out_channels, ksize, ...)
  self.out_channels, self.ksize = out_channels, ksize
  self.stride, self.pad = opts.stride or 1, opts.pad or 0
  self.W = Parameter(initializers.get(opts.initialW, 0))
  channels.add_bias(self, out_channels, opts)
  if in_channels then shape_weights(self, in_channels) end
end

---@param x dgraph.Tensor  batch x in x height x width
---@param offset dgraph.Tensor  batch x 2 kh kw x out height x out width
---@return dgraph.Tensor  batch x out x out height x out width
function Sampler:forward(x, offset)
  if not self.W.is_initialized then shape_weights(self, x:dim(2)) end
  local y = F.deformable_convolution_2d_sampler(x, offset, self.W, self.b, self.stride, self.pad)
  return y -- no tail call: see Link
end

function Sampler:printable_specs()
  local W = self.W
  return channels.specs(self, W.is_initialized and W.shape[2])
end

return Sampler
