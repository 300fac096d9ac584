--- The transpose of a convolutional layer along one axis: batch x channels x length.
--- Source: Chainer.
local DeconvolutionND = require "dgraph.links.deconvolution_nd"

---@class dgraph.Deconvolution1D: dgraph.DeconvolutionND
---@overload fun(in_channels: integer?, out_channels: integer, ...): dgraph.Deconvolution1D
local Deconvolution1D = DeconvolutionND:extend("Deconvolution1D")

--- `L.Deconvolution1D(20, 5)` is `L.Deconvolution1D(nil, 20, 5)`, as in Chainer. Options may come
--- by position, in the order of dgraph.DeconvolutionOptions, or by name in a table at the end.
---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer
---@param ksize integer|integer[]
---@param ... any  options
function Deconvolution1D:init(in_channels, out_channels, ksize, ...)
  DeconvolutionND.init(self, 1, in_channels, out_channels, ksize, ...)
end

return Deconvolution1D
