--- The blocks of residual networks: bottlenecks one after another, around each of which its input
--- passes. He, Zhang, Ren, Sun, "Deep residual learning for image recognition", 2015.
local BatchNormalization = require "dgraph.links.batch_normalization"
local Chain = require "dgraph.chain"
local Convolution2D = require "dgraph.links.convolution_2d"
local F = require "dgraph.functions"

local Bottleneck = Chain:extend("Bottleneck")

--- The channels go down, through a filter of 3x3, and up again. `shortcut`: the input passes
--- through a convolution, for another number of channels or a stride.
---@param channels { into: integer, mid: integer, out: integer }
---@param strides { narrow: integer, filter: integer, shortcut: integer? }
---@param initialW? dgraph.InitializerLike
function Bottleneck:init(channels, strides, initialW)
  local into, mid, out = channels.into, channels.mid, channels.out
  local opts = { nobias = true, initialW = initialW }
  self.conv1 = Convolution2D(into, mid, 1, strides.narrow, 0, opts)
  self.bn1 = BatchNormalization(mid)
  self.conv2 = Convolution2D(mid, mid, 3, strides.filter, 1, opts)
  self.bn2 = BatchNormalization(mid)
  self.conv3 = Convolution2D(mid, out, 1, 1, 0, opts)
  self.bn3 = BatchNormalization(out)
  if not strides.shortcut then return end
  self.conv4 = Convolution2D(into, out, 1, strides.shortcut, 0, opts)
  self.bn4 = BatchNormalization(out)
end

function Bottleneck:forward(x)
  local h = F.relu(self.bn1(self.conv1(x)))
  h = F.relu(self.bn2(self.conv2(h)))
  h = self.bn3(self.conv3(h))
  local y = F.relu(h + (self.conv4 and self.bn4(self.conv4(x)) or x))
  return y
end

---@class dgraph.ResNetBlock: dgraph.Chain
---@field count integer  of bottlenecks: a, b1, b2 ...
local ResNetBlock = Chain:extend("ResNetBlock")

---@param count integer
---@param channels { into: integer, mid: integer, out: integer }
---@param stride integer
---@param downsample_fb? boolean  the stride is that of the filter of 3x3, not of the first one
---@param initialW? dgraph.InitializerLike
function ResNetBlock:init(count, channels, stride, downsample_fb, initialW)
  self.count = count
  self.a = Bottleneck(channels, {
    narrow = downsample_fb and 1 or stride, filter = downsample_fb and stride or 1,
    shortcut = stride,
  }, initialW)
  local same = { into = channels.out, mid = channels.mid, out = channels.out }
  for i = 1, count - 1 do
    self["b" .. i] = Bottleneck(same, { narrow = 1, filter = 1 }, initialW)
  end
end

function ResNetBlock:forward(x)
  x = self.a(x)
  for i = 1, self.count - 1 do x = self["b" .. i](x) end
  return x
end

return ResNetBlock
