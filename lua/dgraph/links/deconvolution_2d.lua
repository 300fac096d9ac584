--- The transpose of a convolutional layer on images: batch x channels x height x width.
--- Source: Chainer.
local DeconvolutionND = require "dgraph.links.deconvolution_nd"

---@class dgraph.Deconvolution2D: dgraph.DeconvolutionND
---@overload fun(in_channels: integer?, out_channels: integer, ...): dgraph.Deconvolution2D
local Deconvolution2D = DeconvolutionND:extend("Deconvolution2D")

--- `L.Deconvolution2D(20, 5)` is `L.Deconvolution2D(nil, 20, 5)`, as in Chainer. Options may come
--- by position, in the order of dgraph.DeconvolutionOptions, or by name in a table at the end.
---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer
---@param ksize integer|integer[]
---@param ... any  options
function Deconvolution2D:init(in_channels, out_channels, ksize, ...)
  DeconvolutionND.init(self, 2, in_channels, out_channels, ksize, ...)
end

return Deconvolution2D
