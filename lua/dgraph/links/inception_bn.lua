--- The module of GoogLeNet with normalization over the batch behind each convolution; two of 3x3
--- take the place of that of 5x5. Where its stride is 2 the images become half as large.
--- Source: Chainer; Ioffe and Szegedy, arXiv:1502.03167.
local BatchNormalization = require "dgraph.links.batch_normalization"
local Chain = require "dgraph.chain"
local Convolution2D = require "dgraph.links.convolution_2d"
local F = require "dgraph.functions"
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"
local checks = require "dgraph.functions.loss_checks"
local errors = require "dgraph.errors"

---@class dgraph.InceptionBN: dgraph.Chain
---@field out1 integer
---@field proj_pool integer?
---@field stride integer
---@field pooltype "max"|"avg"
---@overload fun(in_channels: integer?, out1: integer, ...): dgraph.InceptionBN
---@class dgraph.InceptionBNOptions
---@field proj_pool integer?  channels of the way through the pooling; nil: it has no convolution
---@field stride integer?  of the last convolution of each way, and of the pooling: 1 by default
---@field conv_init dgraph.InitializerLike?  LeCunNormal by default
---@field dtype dgraph.Dtype?  of the normalizations: dg.config.dtype by default

local InceptionBN = Chain:extend("InceptionBN")

local OPTIONS = { "proj_pool", "stride", "conv_init", "dtype" }

--- Refuses ways that would not give images of one size.
local function check_ways(self)
  check.integer(self.out1, self._name, "out1")
  checks.reduction(self._name, self.pooltype, { "max", "avg" }, "pooltype")
  if self.out1 > 0 and (self.stride ~= 1 or not self.proj_pool) then
    errors.raisef("%s: the way through 1x1 wants a stride of 1 and a proj_pool; without them out1 "
      .. "is 0", self._name)
  end
end

---@param in_channels integer?  nil: taken from the first input
---@param out1 integer  channels of the way through 1x1; 0: there is none
---@param proj3 integer  channels before the one convolution of 3x3
---@param out3 integer  and behind it
---@param proj33 integer  channels before the two convolutions of 3x3
---@param out33 integer  and behind each
---@param pooltype "max"|"avg"
---@param ... any  the options, in the order of dgraph.InceptionBNOptions, or by name
function InceptionBN:init(in_channels, out1, proj3, out3, proj33, out33, pooltype, ...)
  local opts = arguments.read(self._name, OPTIONS, ...)
  self.out1, self.proj_pool, self.stride = out1, opts.proj_pool, opts.stride or 1
  self.pooltype = pooltype
  check_ways(self)
  local function add(name, from, to, ksize, stride)
    self[name] = Convolution2D(from, to, ksize, {
      stride = stride, pad = (ksize - 1) / 2, nobias = true, initialW = opts.conv_init,
    })
    self[name .. "n"] = BatchNormalization(to, { dtype = opts.dtype })
  end
  add("proj3", in_channels, proj3, 1)
  add("conv3", proj3, out3, 3, self.stride)
  add("proj33", in_channels, proj33, 1)
  add("conv33a", proj33, out33, 3)
  add("conv33b", out33, out33, 3, self.stride)
  if out1 > 0 then add("conv1", in_channels, out1, 1) end
  if self.proj_pool then add("poolp", in_channels, self.proj_pool, 1) end
end

--- Through these convolutions one after another, each normalized and rectified.
local function through(self, x, ...)
  for i = 1, select("#", ...) do
    local name = (select(i, ...))
    x = F.relu(self[name .. "n"](self[name](x)))
  end
  return x
end

local function pooled(self, x)
  if self.pooltype == "max" then return (F.max_pooling_2d(x, 3, self.stride, 1, false)) end
  return (F.average_pooling_2d(x, 3, self.stride, 1))
end

---@param x dgraph.Tensor  batch x in x height x width
---@return dgraph.Tensor  batch x (out1 + out3 + out33 + proj_pool, or without it in) x height x
---  width, both divided by the stride
function InceptionBN:forward(x)
  local ways = {}
  if self.out1 > 0 then ways[1] = through(self, x, "conv1") end
  ways[#ways + 1] = through(self, x, "proj3", "conv3")
  ways[#ways + 1] = through(self, x, "proj33", "conv33a", "conv33b")
  local pool = pooled(self, x)
  ways[#ways + 1] = self.proj_pool and through(self, pool, "poolp") or pool
  local y = F.concat(ways, 2)
  return y
end

return InceptionBN
