--- A convolutional layer along one axis: batch x channels x length.
--- Source: Chainer.
local ConvolutionND = require "dgraph.links.convolution_nd"

---@class dgraph.Convolution1D: dgraph.ConvolutionND
---@overload fun(in_channels: integer?, out_channels: integer, ...): dgraph.Convolution1D
local Convolution1D = ConvolutionND:extend("Convolution1D")

--- `L.Convolution1D(20, 5)` is `L.Convolution1D(nil, 20, 5)`, as in Chainer. Options may come by
--- position, in the order of dgraph.ConvolutionOptions, or by name in a table at the end.
---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer
---@param ksize integer|integer[]
---@param ... any  options
function Convolution1D:init(in_channels, out_channels, ksize, ...)
  ConvolutionND.init(self, 1, in_channels, out_channels, ksize, ...)
end

return Convolution1D
