--- A convolutional layer on images whose filters bend: another convolution tells where each of
--- their elements looks.
--- Source: Chainer; Dai et al., arXiv:1703.06211.
local Chain = require "dgraph.chain"
local Convolution2D = require "dgraph.links.convolution_2d"
local Sampler = require "dgraph.links.deformable_convolution_2d_sampler"
local channels = require "dgraph.links.channels"

---@class dgraph.DeformableConvolution2D: dgraph.Chain
---@field offset_conv dgraph.Convolution2D  gives the offsets, 2 kh kw channels
---@field deform_conv dgraph.DeformableConvolution2DSampler
---@overload fun(in_channels: integer?, out_channels: integer, ...): dgraph.DeformableConvolution2D
---@class dgraph.DeformableConvolutionOptions
---@field stride integer|integer[]|nil  1 by default
---@field pad integer|integer[]|nil  0 by default
---@field offset_nobias boolean?
---@field offset_initialW dgraph.InitializerLike?  LeCunNormal by default
---@field offset_initial_bias dgraph.InitializerLike?  0 by default
---@field deform_nobias boolean?
---@field deform_initialW dgraph.InitializerLike?  0 by default, as in Chainer: the offsets learn
---  from the second step on
---@field deform_initial_bias dgraph.InitializerLike?  0 by default

local DeformableConvolution2D = Chain:extend("DeformableConvolution2D")

local OPTIONS = {
  "stride", "pad", "offset_nobias", "offset_initialW", "offset_initial_bias", "deform_nobias",
  "deform_initialW", "deform_initial_bias",
}

--- Options may come by position, in the order of dgraph.DeformableConvolutionOptions, or by name in
--- a table at the end.
---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer
---@param ksize integer|integer[]
---@param ... any  options
function DeformableConvolution2D:init(in_channels, out_channels, ksize, ...)
  local opts
  in_channels, out_channels, ksize, opts = channels.read(self._name, 2, OPTIONS, in_channels,
    out_channels, ksize, ...)
  self.offset_conv = Convolution2D(in_channels, 2 * ksize[1] * ksize[2], ksize, opts.stride,
    opts.pad, opts.offset_nobias, opts.offset_initialW, opts.offset_initial_bias)
  self.deform_conv = Sampler(in_channels, out_channels, ksize, opts.stride, opts.pad,
    opts.deform_nobias, opts.deform_initialW, opts.deform_initial_bias)
end

---@param x dgraph.Tensor  batch x in x height x width
---@return dgraph.Tensor  batch x out x out height x out width
function DeformableConvolution2D:forward(x)
  local y = self.deform_conv(x, self.offset_conv(x))
  return y -- no tail call: see Link
end

return DeformableConvolution2D
