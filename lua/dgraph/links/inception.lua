--- The module that GoogLeNet is made of: convolutions of 1x1, 3x3 and 5x5 and a pooling side by
--- side. The places stay as many as they are.
--- Source: Chainer; Szegedy et al., arXiv:1409.4842.
local Chain = require "dgraph.chain"
local Convolution2D = require "dgraph.links.convolution_2d"
local F = require "dgraph.functions"
local arguments = require "dgraph.links.arguments"

---@class dgraph.Inception: dgraph.Chain
---@field conv1 dgraph.Convolution2D
---@field proj3 dgraph.Convolution2D
---@field conv3 dgraph.Convolution2D
---@field proj5 dgraph.Convolution2D
---@field conv5 dgraph.Convolution2D
---@field projp dgraph.Convolution2D
---@overload fun(in_channels: integer?, out1: integer, ...): dgraph.Inception
local Inception = Chain:extend("Inception")

---@param in_channels integer?  nil: taken from the first input
---@param out1 integer  channels of the way through 1x1
---@param proj3 integer  channels before the convolution of 3x3
---@param out3 integer  and behind it
---@param proj5 integer  channels before the convolution of 5x5
---@param out5 integer  and behind it
---@param proj_pool integer  channels of the way through the pooling
---@param conv_init? dgraph.InitializerLike|table  LeCunNormal by default; or the options by name
---@param bias_init? dgraph.InitializerLike  0 by default
function Inception:init(in_channels, out1, proj3, out3, proj5, out5, proj_pool, conv_init,
                        bias_init)
  local opts = arguments.read(self._name, { "conv_init", "bias_init" }, conv_init, bias_init)
  local function conv(from, to, ksize, pad)
    return Convolution2D(from, to, ksize, {
      pad = pad, initialW = opts.conv_init, initial_bias = opts.bias_init,
    })
  end
  self.conv1 = conv(in_channels, out1, 1)
  self.proj3, self.conv3 = conv(in_channels, proj3, 1), conv(proj3, out3, 3, 1)
  self.proj5, self.conv5 = conv(in_channels, proj5, 1), conv(proj5, out5, 5, 2)
  self.projp = conv(in_channels, proj_pool, 1)
end

---@param x dgraph.Tensor  batch x in x height x width
---@return dgraph.Tensor  batch x (out1 + out3 + out5 + proj_pool) x height x width
function Inception:forward(x)
  local y = F.relu(F.concat({
    self.conv1(x),
    self.conv3(F.relu(self.proj3(x))),
    self.conv5(F.relu(self.proj5(x))),
    self.projp(F.max_pooling_2d(x, 3, 1, 1)),
  }, 2))
  return y
end

return Inception
