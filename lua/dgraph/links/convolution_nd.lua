--- A convolutional layer over one to four axes.
--- Source: Chainer.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local channels = require "dgraph.links.channels"
local initializers = require "dgraph.initializers"

---@class dgraph.ConvolutionND: dgraph.Link
---@field W dgraph.Parameter  filters, out x in / groups x ksize
---@field b dgraph.Parameter?  biases, one for each filter
---@field out_channels integer
---@field ksize integer[]
---@field stride integer|integer[]
---@field pad integer|integer[]
---@field cover_all boolean
---@field dilate integer|integer[]
---@field groups integer
---@overload fun(ndim: integer, in_channels: integer?, ...): dgraph.ConvolutionND
---@class dgraph.ConvolutionOptions
---@field stride integer|integer[]|nil  1 by default
---@field pad integer|integer[]|nil  0 by default
---@field nobias boolean?
---@field initialW dgraph.InitializerLike?  LeCunNormal by default
---@field initial_bias dgraph.InitializerLike?  0 by default
---@field cover_all boolean?  false by default
---@field dilate integer|integer[]|nil  1 by default
---@field groups integer?  1 by default

local ConvolutionND = Link:extend("ConvolutionND")

local OPTIONS = {
  "stride", "pad", "nobias", "initialW", "initial_bias", "cover_all", "dilate", "groups",
}

local function shape_weights(self, in_channels)
  local shape = { self.out_channels, channels.share(self._name, "input channels", in_channels,
    self.groups) }
  for _, size in ipairs(self.ksize) do shape[#shape + 1] = size end
  self.W:initialize(shape)
end

--- `L.ConvolutionND(2, 20, 5)` is `L.ConvolutionND(2, nil, 20, 5)`, as in Chainer. Options may come
--- by position, in the order of dgraph.ConvolutionOptions, or by name in a table at the end.
---@param ndim integer  how many axes there are behind batch and channels
---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer
---@param ksize integer|integer[]
---@param ... any  options
function ConvolutionND:init(ndim, in_channels, out_channels, ksize, ...)
  local opts
  in_channels, out_channels, ksize, opts = channels.read(self._name, ndim, OPTIONS, in_channels,
    out_channels, ksize, ...)
  self.out_channels, self.ksize = out_channels, ksize
  self.stride, self.pad = opts.stride or 1, opts.pad or 0
  self.cover_all, self.dilate = opts.cover_all or false, opts.dilate or 1
  self.groups = opts.groups or 1
  channels.share(self._name, "output channels", out_channels, self.groups)
  self.W = Parameter(initializers.get(opts.initialW))
  channels.add_bias(self, out_channels, opts)
  if in_channels then shape_weights(self, in_channels) end
end

---@param x dgraph.Tensor  batch x in x axes
---@return dgraph.Tensor  batch x out x axes
function ConvolutionND:forward(x)
  if not self.W.is_initialized then shape_weights(self, x:dim(2)) end
  local y = F.convolution_nd(x, self.W, self.b, self.stride, self.pad, self.cover_all, self.dilate,
    self.groups) -- no tail call: see Link
  return y
end

function ConvolutionND:printable_specs()
  local W = self.W
  return channels.specs(self, W.is_initialized and W.shape[2] * self.groups)
end

return ConvolutionND
