--- GoogLeNet, of nine modules that look at photographs through windows of several sizes.
--- Source: Chainer; Szegedy et al., arXiv:1409.4842.
local Convolution2D = require "dgraph.links.convolution_2d"
local F = require "dgraph.functions"
local Inception = require "dgraph.links.inception"
local Linear = require "dgraph.links.linear"
local VisionLayers = require "dgraph.links.vision_layers"
local errors = require "dgraph.errors"
local initializers = require "dgraph.initializers"

---@class dgraph.GoogLeNet: dgraph.VisionLayers
---@field base integer  channels of the first convolution, 64; a multiple of 8, by which all others
---  change too
---@overload fun(pretrained_model: string?): dgraph.GoogLeNet
local GoogLeNet = VisionLayers:extend("GoogLeNet")

GoogLeNet.base = 64
GoogLeNet.default_layer = "pool5"

--- Of each module the channels for a base of 64: out1, proj3, out3, proj5, out5, proj_pool.
local MODULES = {
  { "3a", 64, 96, 128, 16, 32, 32 },
  { "3b", 128, 128, 192, 32, 96, 64 },
  { "4a", 192, 96, 208, 16, 48, 64 },
  { "4b", 160, 112, 224, 24, 64, 64 },
  { "4c", 128, 128, 256, 24, 64, 64 },
  { "4d", 112, 144, 288, 32, 64, 64 },
  { "4e", 256, 160, 320, 32, 128, 128 },
  { "5a", 256, 160, 320, 32, 128, 128 },
  { "5b", 384, 192, 384, 48, 128, 128 },
}

local function pool(x) return (F.max_pooling_2d(x, 3, 2)) end

local function normalize(x) return (F.local_response_normalization(x, 5, 1, 1e-4 / 5)) end

local function dropout(x) return (F.dropout(x, 0.4)) end

--- Windows of a size, or all of a smaller image.
local function average(size, stride)
  return function(x)
    local window = { math.min(size, x:dim(3)), math.min(size, x:dim(4)) }
    return (F.average_pooling_2d(x, window, stride))
  end
end

--- What told earlier modules the classes while they learned.
local function aside(name, from)
  return {
    name .. "_fc2", average(5, 3), name .. "_conv", F.relu, name .. "_fc1", F.relu, name .. "_fc2",
    from = from,
  }
end

GoogLeNet.steps = {
  { "conv1", "conv1", F.relu },
  { "pool1", pool, normalize },
  { "conv2_reduce", "conv2_reduce", F.relu },
  { "conv2", "conv2", F.relu, normalize },
  { "pool2", pool },
  { "inception_3a", "inc3a" },
  { "inception_3b", "inc3b" },
  { "pool3", pool },
  { "inception_4a", "inc4a" },
  { "inception_4b", "inc4b" },
  { "inception_4c", "inc4c" },
  { "inception_4d", "inc4d" },
  { "inception_4e", "inc4e" },
  { "pool4", pool },
  { "inception_5a", "inc5a" },
  { "inception_5b", "inc5b" },
  { "pool5", average(7, 1) },
  { "loss3_fc", dropout, "loss3_fc" },
  { "prob", F.softmax },
  aside("loss1", "inception_4a"),
  aside("loss2", "inception_4d"),
}

--- The channels of an image are blue, green and red, less 104, 117 and 123. The image is RGB from 0
--- to 255: height x width, height x width x channels, or channels x height x width. `size` is
--- { height, width }, 224 by default; false leaves the size.
GoogLeNet.prepare = VisionLayers.preparation { 104, 117, 123 }

--- The modules, and how many channels each gives.
local function add_modules(self, into, conv_init)
  local channels = {}
  for _, row in ipairs(MODULES) do
    local widths = {}
    for i = 2, #row do widths[i - 1] = row[i] * self.base / 64 end
    local out1, _, out3, _, out5, proj_pool = unpack(widths)
    widths[7] = conv_init
    self["inc" .. row[1]] = Inception(into, unpack(widths, 1, 7))
    into = out1 + out3 + out5 + proj_pool
    channels[row[1]] = into
  end
  return channels
end

--- The layers of one way aside. Its images have a sixteenth of the height and width, as the first
--- convolution and three poolings round it.
local function add_aside(self, name, into, opts)
  local side = math.floor((self.insize - 1) / 2) + 1
  for _ = 1, 3 do side = math.ceil((side - 3) / 2) + 1 end
  local windows = math.max(math.floor((side - 5) / 3) + 1, 1)
  local narrow, wide = 2 * self.base, 16 * self.base
  self[name .. "_conv"] = Convolution2D(into, narrow, 1, opts)
  self[name .. "_fc1"] = Linear(narrow * windows ^ 2, wide, opts)
  self[name .. "_fc2"] = Linear(wide, self.classes, opts)
end

---@param pretrained_model? string  the path of an .npz file as Chainer makes it of Caffe's; nil:
---  LeCunUniform, and the modules LeCunNormal
function GoogLeNet:init(pretrained_model)
  local base = self.base
  if base % 8 ~= 0 or base <= 0 then
    errors.raisef("%s: base is %g, wanted a multiple of 8", self._name, base)
  end
  -- What is loaded need not be drawn.
  local zero = pretrained_model and initializers.Zero()
  local opts = { initialW = zero or initializers.LeCunUniform() }
  self.conv1 = Convolution2D(3, base, 7, 2, 3, opts)
  self.conv2_reduce = Convolution2D(base, base, 1, opts)
  self.conv2 = Convolution2D(base, 3 * base, 3, 1, 1, opts)
  local channels = add_modules(self, 3 * base, zero)
  self.loss3_fc = Linear(channels["5b"], self.classes, opts)
  add_aside(self, "loss1", channels["4a"], opts)
  add_aside(self, "loss2", channels["4d"], opts)
  self:_finish(pretrained_model)
end

return GoogLeNet
