--- A convolutional layer on volumes: batch x channels x depth x height x width.
--- Source: Chainer.
local ConvolutionND = require "dgraph.links.convolution_nd"

---@class dgraph.Convolution3D: dgraph.ConvolutionND
---@overload fun(in_channels: integer?, out_channels: integer, ...): dgraph.Convolution3D
local Convolution3D = ConvolutionND:extend("Convolution3D")

--- `L.Convolution3D(20, 5)` is `L.Convolution3D(nil, 20, 5)`, as in Chainer. Options may come by
--- position, in the order of dgraph.ConvolutionOptions, or by name in a table at the end.
---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer
---@param ksize integer|integer[]
---@param ... any  options
function Convolution3D:init(in_channels, out_channels, ksize, ...)
  ConvolutionND.init(self, 3, in_channels, out_channels, ksize, ...)
end

return Convolution3D
