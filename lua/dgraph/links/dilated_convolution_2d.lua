--- A convolutional layer on images whose filters have gaps.
--- Source: Chainer; Yu and Koltun, arXiv:1511.07122.
local Convolution2D = require "dgraph.links.convolution_2d"
local channels = require "dgraph.links.channels"

---@class dgraph.DilatedConvolution2D: dgraph.Convolution2D
---@overload fun(in_channels: integer?, out_channels: integer, ...): dgraph.DilatedConvolution2D
---@class dgraph.DilatedConvolutionOptions
---@field stride integer|integer[]|nil  1 by default
---@field pad integer|integer[]|nil  0 by default
---@field dilate integer|integer[]|nil  1 by default
---@field nobias boolean?
---@field initialW dgraph.InitializerLike?  LeCunNormal by default
---@field initial_bias dgraph.InitializerLike?  0 by default

local DilatedConvolution2D = Convolution2D:extend("DilatedConvolution2D")

local OPTIONS = { "stride", "pad", "dilate", "nobias", "initialW", "initial_bias" }

--- `L.DilatedConvolution2D(20, 5)` is `L.DilatedConvolution2D(nil, 20, 5)`, as in Chainer. Options
--- may come by position, in the order of dgraph.DilatedConvolutionOptions, or by name in a table at
--- the end.
---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer
---@param ksize integer|integer[]
---@param ... any  options
function DilatedConvolution2D:init(in_channels, out_channels, ksize, ...)
  local opts
  in_channels, out_channels, ksize, opts = channels.read(self._name, 2, OPTIONS, in_channels,
    out_channels, ksize, ...)
  Convolution2D.init(self, in_channels, out_channels, ksize, opts)
end

return DilatedConvolution2D
