--- A layer like a convolution on images whose filters differ from place to place.
--- Source: Chainer.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local channels = require "dgraph.links.channels"
local errors = require "dgraph.errors"
local initializers = require "dgraph.initializers"
local sampling = require "dgraph.functions.sampling"
local windows = require "dgraph.functions.windows"

---@class dgraph.LocalConvolution2D: dgraph.Link
---@field W dgraph.Parameter  filters, out height x out width x out x in x kh x kw
---@field b dgraph.Parameter?  biases, out x out height x out width
---@field out_channels integer
---@field ksize integer[]
---@field stride integer[]
---@overload fun(in_channels: integer?, out_channels: integer, ...): dgraph.LocalConvolution2D
---@class dgraph.LocalConvolutionOptions
---@field in_size integer|integer[]|nil  height and width of images; nil: taken from the first input
---@field ksize integer|integer[]
---@field stride integer|integer[]|nil  1 by default
---@field nobias boolean?
---@field initialW dgraph.InitializerLike?  LeCunNormal by default
---@field initial_bias dgraph.InitializerLike?  0 by default

local LocalConvolution2D = Link:extend("LocalConvolution2D")

local OPTIONS = { "in_size", "ksize", "stride", "nobias", "initialW", "initial_bias" }

local function shape_parameters(self, in_channels, height, width)
  local size, places = { height, width }, {}
  for axis = 1, 2 do
    local room = size[axis] - self.ksize[axis]
    if room < 0 then
      errors.raisef("%s: filters of %d x %d do not fit images of %d x %d", self._name,
        self.ksize[1], self.ksize[2], height, width)
    end
    places[axis] = math.floor(room / self.stride[axis]) + 1
  end
  local h, w, out = places[1], places[2], self.out_channels
  self.W:initialize { h, w, out, in_channels, self.ksize[1], self.ksize[2] }
  if self.b then self.b:initialize { out, h, w } end
end

--- Options may come by position, in the order of dgraph.LocalConvolutionOptions, or by name in a
--- table at the end.
---@param in_channels integer?  nil: taken from the first input
---@param out_channels integer
---@param ... any  options, of which ksize must be there
function LocalConvolution2D:init(in_channels, out_channels, ...)
  local who, opts = self._name, arguments.read(self._name, OPTIONS, ...)
  arguments.size(who, "out_channels", out_channels)
  if in_channels ~= nil then arguments.size(who, "in_channels", in_channels) end
  self.out_channels = out_channels
  self.ksize = windows.list("ksize", opts.ksize, 2, who)
  self.stride = windows.list("stride", opts.stride or 1, 2, who)
  for axis = 1, 2 do
    arguments.size(who, "ksize", self.ksize[axis])
    arguments.size(who, "stride", self.stride[axis])
  end
  self.W = Parameter(initializers.get(opts.initialW))
  channels.add_bias(self, nil, opts)
  if in_channels and opts.in_size then
    local size = windows.list("in_size", opts.in_size, 2, who)
    shape_parameters(self, in_channels, size[1], size[2])
  end
end

---@param x dgraph.Tensor  batch x in x height x width
---@return dgraph.Tensor  batch x out x out height x out width
function LocalConvolution2D:forward(x)
  if not self.W.is_initialized then
    local shape = sampling.image_shape(self._name, x)
    shape_parameters(self, shape[2], shape[3], shape[4])
  end
  local y = F.local_convolution_2d(x, self.W, self.b, self.stride)
  return y -- no tail call: see Link
end

function LocalConvolution2D:printable_specs()
  local W = self.W
  return channels.specs(self, W.is_initialized and W.shape[4])
end

return LocalConvolution2D
