--- The transpose of a convolutional layer on volumes: batch x channels x depth x height x width.
--- Source: Chainer.
local DeconvolutionND = require "dgraph.links.deconvolution_nd"

---@class dgraph.Deconvolution3D: dgraph.DeconvolutionND
---@overload fun(in_channels: integer?, out_channels: integer, ...): dgraph.Deconvolution3D
local Deconvolution3D = DeconvolutionND:extend("Deconvolution3D")

--- `L.Deconvolution3D(20, 5)` is `L.Deconvolution3D(nil, 20, 5)`, as in Chainer. Options may come
--- by position, in the order of dgraph.DeconvolutionOptions, or by name in a table at the end.
---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer
---@param ksize integer|integer[]
---@param ... any  options
function Deconvolution3D:init(in_channels, out_channels, ksize, ...)
  DeconvolutionND.init(self, 3, in_channels, out_channels, ksize, ...)
end

return Deconvolution3D
