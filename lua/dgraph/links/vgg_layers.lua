--- Networks of 3x3 convolutions. Simonyan, Zisserman, "Very deep convolutional networks for
--- large-scale image recognition", 2014.
local F = require "dgraph.functions"
local Convolution2D = require "dgraph.links.convolution_2d"
local Linear = require "dgraph.links.linear"
local VisionLayers = require "dgraph.links.vision_layers"
local initializers = require "dgraph.initializers"

---@class dgraph.VGGLayers: dgraph.VisionLayers
---@field depths integer[]  how many convolutions each of the five blocks has
---@field base integer  channels of the first block: 64; the others have 2, 4, 8 and 8 times as many
---@field units integer  of fc6 and fc7: 4096
local VGGLayers = VisionLayers:extend("VGGLayers")

VGGLayers.base, VGGLayers.units = 64, 4096
VGGLayers.default_layer = "fc7"

local WIDTHS = { 1, 2, 4, 8, 8 }

local function pool(x) return (F.max_pooling_2d(x, 2)) end

--- The layers of a network whose blocks have these many convolutions.
local function steps_of(depths)
  local steps = {}
  local function add(...) steps[#steps + 1] = { ... } end
  for block, depth in ipairs(depths) do
    for i = 1, depth do
      local name = ("conv%d_%d"):format(block, i)
      add(name, name, F.relu)
    end
    add("pool" .. block, pool)
  end
  add("fc6", "fc6", F.relu, F.dropout)
  add("fc7", "fc7", F.relu, F.dropout)
  add("fc8", "fc8")
  add("prob", F.softmax)
  return steps
end

--- A class of such networks.
---@param name string
---@param depths integer[]
function VGGLayers.define(name, depths)
  local made = VGGLayers:extend(name)
  made.depths, made.steps = depths, steps_of(depths)
  return made
end

--- The channels of an image are blue, green and red, less 103.939, 116.779 and 123.68. The image
--- is RGB from 0 to 255: height x width, height x width x channels, or channels x height x width.
--- `size` is { height, width }, 224 by default; false leaves the size.
VGGLayers.prepare = VisionLayers.preparation { 103.939, 116.779, 123.68 }

---@param pretrained_model? string  the path of an .npz file as Chainer makes it of Caffe's; nil:
---  Normal(0.01), as the authors did
function VGGLayers:init(pretrained_model)
  -- What is loaded need not be drawn.
  local opts = {
    initialW = pretrained_model and initializers.Zero() or initializers.Normal(0.01),
    initial_bias = initializers.Zero(),
  }
  local channels = 3
  for block, depth in ipairs(self.depths) do
    for i = 1, depth do
      local wider = self.base * WIDTHS[block]
      self[("conv%d_%d"):format(block, i)] = Convolution2D(channels, wider, 3, 1, 1, opts)
      channels = wider
    end
  end
  self.fc6 = Linear(channels * (self.insize / 32) ^ 2, self.units, opts)
  self.fc7 = Linear(self.units, self.units, opts)
  self.fc8 = Linear(self.units, self.classes, opts)
  self:_finish(pretrained_model)
end

return VGGLayers
