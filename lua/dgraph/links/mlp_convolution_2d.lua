--- A convolution followed by convolutions of 1x1: a small network at every place. Lin, Chen, Yan,
--- "Network in network", 2013.
--- Source: Chainer.
local ChainList = require "dgraph.chain_list"
local Convolution2D = require "dgraph.links.convolution_2d"
local F = require "dgraph.functions"
local arguments = require "dgraph.links.arguments"
local errors = require "dgraph.errors"

---@class dgraph.MLPConvolution2D: dgraph.ChainList
---@field [integer] dgraph.Convolution2D
---@field activation fun(x: dgraph.Tensor): dgraph.Tensor
---@overload fun(in_channels: integer?, out_channels: integer[], ...): dgraph.MLPConvolution2D
---@class dgraph.MLPConvolutionOptions
---@field stride integer|integer[]|nil  of the first convolution; 1 by default
---@field pad integer|integer[]|nil  of the first convolution; 0 by default
---@field activation nil|fun(x: dgraph.Tensor): dgraph.Tensor  relu by default
---@field conv_init dgraph.InitializerLike?  LeCunNormal by default
---@field bias_init dgraph.InitializerLike?  0 by default

local MLPConvolution2D = ChainList:extend("MLPConvolution2D")

local OPTIONS = { "stride", "pad", "activation", "conv_init", "bias_init" }

--- `L.MLPConvolution2D({16, 8}, 5)` is `L.MLPConvolution2D(nil, {16, 8}, 5)`, as in Chainer.
--- Options may come by position, in the order of dgraph.MLPConvolutionOptions, or by name in a
--- table at the end.
---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer[]  of each convolution
---@param ksize integer|integer[]  of the first convolution
---@param ... any  options
function MLPConvolution2D:init(in_channels, out_channels, ksize, ...)
  local opts
  if type(in_channels) == "table" then
    opts = arguments.read(self._name, OPTIONS, ksize, ...)
    in_channels, out_channels, ksize = nil, in_channels, out_channels
  else
    opts = arguments.read(self._name, OPTIONS, ...)
  end
  if type(out_channels) ~= "table" or #out_channels == 0 then
    errors.raisef("%s: out_channels is a list of numbers, not %s", self._name,
      tostring(out_channels))
  end
  self.activation = opts.activation or F.relu
  local inits = { initialW = opts.conv_init, initial_bias = opts.bias_init }
  for i, count in ipairs(out_channels) do
    if i == 1 then
      self:append(Convolution2D(in_channels, count, ksize, opts.stride, opts.pad, inits))
    else
      self:append(Convolution2D(out_channels[i - 1], count, 1, inits))
    end
  end
end

---@param x dgraph.Tensor  batch x in x height x width
---@return dgraph.Tensor  what the last convolution gives, without the activation
function MLPConvolution2D:forward(x)
  for i = 1, #self - 1 do x = self.activation(self[i](x)) end
  local y = self[#self](x) -- no tail call: see Link
  return y
end

return MLPConvolution2D
