--- A layer that convolves each channel of an image by itself.
--- Source: Chainer; Chollet, arXiv:1610.02357.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local channels = require "dgraph.links.channels"
local initializers = require "dgraph.initializers"

---@class dgraph.DepthwiseConvolution2D: dgraph.Link
---@field W dgraph.Parameter  filters, channel_multiplier x in x kh x kw
---@field b dgraph.Parameter?  biases, channel_multiplier in
---@field channel_multiplier integer
---@field ksize integer[]
---@field stride integer|integer[]
---@field pad integer|integer[]
---@overload fun(in_channels: integer?, ...): dgraph.DepthwiseConvolution2D
---@class dgraph.DepthwiseConvolutionOptions
---@field stride integer|integer[]|nil  1 by default
---@field pad integer|integer[]|nil  0 by default
---@field nobias boolean?
---@field initialW dgraph.InitializerLike?  LeCunNormal by default
---@field initial_bias dgraph.InitializerLike?  0 by default

local DepthwiseConvolution2D = Link:extend("DepthwiseConvolution2D")

local OPTIONS = { "stride", "pad", "nobias", "initialW", "initial_bias" }

local function shape_parameters(self, in_channels)
  self.W:initialize { self.channel_multiplier, in_channels, self.ksize[1], self.ksize[2] }
  if self.b then self.b:initialize { self.channel_multiplier * in_channels } end
end

--- Options may come by position, in the order of dgraph.DepthwiseConvolutionOptions, or by name in
--- a table at the end.
---@param in_channels integer?  nil: taken from the first input
---@param channel_multiplier integer  how many channels become of one
---@param ksize integer|integer[]
---@param ... any  options
function DepthwiseConvolution2D:init(in_channels, channel_multiplier, ksize, ...)
  local opts
  in_channels, channel_multiplier, ksize, opts = channels.read(self._name, 2, OPTIONS, in_channels,
    channel_multiplier, ksize, ...)
  self.channel_multiplier, self.ksize = channel_multiplier, ksize
  self.stride, self.pad = opts.stride or 1, opts.pad or 0
  self.W = Parameter(initializers.get(opts.initialW))
  channels.add_bias(self, nil, opts)
  if in_channels then shape_parameters(self, in_channels) end
end

---@param x dgraph.Tensor  batch x in x height x width
---@return dgraph.Tensor  batch x channel_multiplier in x height x width
function DepthwiseConvolution2D:forward(x)
  if not self.W.is_initialized then shape_parameters(self, x:dim(2)) end
  local y = F.depthwise_convolution_2d(x, self.W, self.b, self.stride, self.pad)
  return y -- no tail call: see Link
end

function DepthwiseConvolution2D:printable_specs()
  local W = self.W
  return {
    { "in_channels", W.is_initialized and W.shape[2] or "?" },
    { "channel_multiplier", self.channel_multiplier },
    { "ksize", "(" .. table.concat(self.ksize, ", ") .. ")" }, { "nobias", self.b == nil },
  }
end

return DepthwiseConvolution2D
