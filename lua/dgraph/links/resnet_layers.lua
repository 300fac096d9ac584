--- Residual networks. He, Zhang, Ren, Sun, "Deep residual learning for image recognition", 2015.
local BatchNormalization = require "dgraph.links.batch_normalization"
local Convolution2D = require "dgraph.links.convolution_2d"
local F = require "dgraph.functions"
local Linear = require "dgraph.links.linear"
local ResNetBlock = require "dgraph.links.resnet_block"
local VisionLayers = require "dgraph.links.vision_layers"
local initializers = require "dgraph.initializers"

---@class dgraph.ResNetLayers: dgraph.VisionLayers
---@field depths integer[]  how many bottlenecks each of the four blocks has
---@field base integer  channels of the first convolution: 64; the blocks have 4 to 32 times as many
local ResNetLayers = VisionLayers:extend("ResNetLayers")

ResNetLayers.base = 64
ResNetLayers.default_layer = "pool5"

local function global_average(x) return (F.mean(x, { 3, 4 })) end

ResNetLayers.steps = {
  { "conv1", "conv1", "bn1", F.relu },
  { "pool1", function(x) return (F.max_pooling_2d(x, 3, 2)) end },
  { "res2", "res2" },
  { "res3", "res3" },
  { "res4", "res4" },
  { "res5", "res5" },
  { "pool5", global_average },
  { "fc6", "fc6" },
  { "prob", F.softmax },
}

--- A class of such networks.
---@param name string
---@param depths integer[]
function ResNetLayers.define(name, depths)
  local made = ResNetLayers:extend(name)
  made.depths = depths
  return made
end

--- The channels of an image are blue, green and red, less 103.063, 115.903 and 123.152. The image
--- is RGB from 0 to 255: height x width, height x width x channels, or channels x height x width.
--- `size` is { height, width }, 224 by default; false leaves the size.
ResNetLayers.prepare = VisionLayers.preparation { 103.063, 115.903, 123.152 }

---@param pretrained_model? string  the path of an .npz file as Chainer makes it of Caffe's; nil:
---  HeNormal
---@param downsample_fb? boolean  strides are those of the filters of 3x3, as in Facebook's variant;
---  of the filters of 1x1 by default
function ResNetLayers:init(pretrained_model, downsample_fb)
  -- What is loaded need not be drawn.
  local initialW = pretrained_model and initializers.Zero() or initializers.HeNormal()
  local into = self.base
  self.conv1 = Convolution2D(3, into, 7, 2, 3, { initialW = initialW })
  self.bn1 = BatchNormalization(into)
  for i, depth in ipairs(self.depths) do
    local mid = self.base * 2 ^ (i - 1)
    local channels = { into = into, mid = mid, out = 4 * mid }
    self["res" .. i + 1] = ResNetBlock(depth, channels, i == 1 and 1 or 2, downsample_fb, initialW)
    into = channels.out
  end
  self.fc6 = Linear(into, self.classes)
  self:_finish(pretrained_model)
end

return ResNetLayers
