--- The transpose of a convolutional layer, over one to four axes.
--- Source: Chainer.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local channels = require "dgraph.links.channels"
local initializers = require "dgraph.initializers"

---@class dgraph.DeconvolutionND: dgraph.Link
---@field W dgraph.Parameter  filters, in x out / groups x ksize
---@field b dgraph.Parameter?  biases, one for each output channel
---@field out_channels integer
---@field ksize integer[]
---@field stride integer|integer[]
---@field pad integer|integer[]
---@field outsize integer|integer[]|nil
---@field dilate integer|integer[]
---@field groups integer
---@overload fun(ndim: integer, in_channels: integer?, ...): dgraph.DeconvolutionND
---@class dgraph.DeconvolutionOptions
---@field stride integer|integer[]|nil  1 by default
---@field pad integer|integer[]|nil  0 by default
---@field nobias boolean?
---@field outsize integer|integer[]|nil  the smallest that can be by default
---@field initialW dgraph.InitializerLike?  LeCunNormal by default
---@field initial_bias dgraph.InitializerLike?  0 by default
---@field dilate integer|integer[]|nil  1 by default
---@field groups integer?  1 by default

local DeconvolutionND = Link:extend("DeconvolutionND")

local OPTIONS = {
  "stride", "pad", "nobias", "outsize", "initialW", "initial_bias", "dilate", "groups",
}

local function shape_weights(self, in_channels)
  channels.share(self._name, "input channels", in_channels, self.groups)
  local shape = { in_channels, self.out_channels / self.groups }
  for _, size in ipairs(self.ksize) do shape[#shape + 1] = size end
  self.W:initialize(shape)
end

--- `L.DeconvolutionND(2, 20, 5)` is `L.DeconvolutionND(2, nil, 20, 5)`, as in Chainer. Options may
--- come by position, in the order of dgraph.DeconvolutionOptions, or by name in a table at the end.
---@param ndim integer  how many axes there are behind batch and channels
---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer
---@param ksize integer|integer[]
---@param ... any  options
function DeconvolutionND:init(ndim, in_channels, out_channels, ksize, ...)
  local opts
  in_channels, out_channels, ksize, opts = channels.read(self._name, ndim, OPTIONS, in_channels,
    out_channels, ksize, ...)
  self.out_channels, self.ksize = out_channels, ksize
  self.stride, self.pad, self.outsize = opts.stride or 1, opts.pad or 0, opts.outsize
  self.dilate, self.groups = opts.dilate or 1, opts.groups or 1
  channels.share(self._name, "output channels", out_channels, self.groups)
  self.W = Parameter(initializers.get(opts.initialW))
  channels.add_bias(self, out_channels, opts)
  if in_channels then shape_weights(self, in_channels) end
end

---@param x dgraph.Tensor  batch x in x axes
---@return dgraph.Tensor  batch x out x axes
function DeconvolutionND:forward(x)
  if not self.W.is_initialized then shape_weights(self, x:dim(2)) end
  local y = F.deconvolution_nd(x, self.W, self.b, self.stride, self.pad, self.outsize, self.dilate,
    self.groups) -- no tail call: see Link
  return y
end

function DeconvolutionND:printable_specs()
  return channels.specs(self, self.W.is_initialized and self.W.shape[1])
end

return DeconvolutionND
