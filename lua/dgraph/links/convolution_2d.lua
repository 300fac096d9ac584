--- A convolutional layer on images: batch x channels x height x width.
--- Source: Chainer.
local ConvolutionND = require "dgraph.links.convolution_nd"

---@class dgraph.Convolution2D: dgraph.ConvolutionND
---@overload fun(in_channels: integer?, out_channels: integer, ...): dgraph.Convolution2D
local Convolution2D = ConvolutionND:extend("Convolution2D")

--- `L.Convolution2D(20, 5)` is `L.Convolution2D(nil, 20, 5)`, as in Chainer. Options may come by
--- position, in the order of dgraph.ConvolutionOptions, or by name in a table at the end.
---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer
---@param ksize integer|integer[]
---@param ... any  options
function Convolution2D:init(in_channels, out_channels, ksize, ...)
  ConvolutionND.init(self, 2, in_channels, out_channels, ksize, ...)
end

return Convolution2D
