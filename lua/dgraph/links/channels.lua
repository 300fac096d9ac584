--- Arguments of convolutional layers: `(in_channels, out_channels, ksize, options...)`, where
--- in_channels may be left out.
local arguments = require "dgraph.links.arguments"
local errors = require "dgraph.errors"
local initializers = require "dgraph.initializers"
local Parameter = require "dgraph.parameter"
local windows = require "dgraph.functions.windows"

local channels = {}

--- `L.Convolution2D(20, 5)` is `L.Convolution2D(nil, 20, 5)`, as in Chainer.
---@param who string
---@param ndim integer
---@param names string[]  of the options, in order
---@param in_channels integer?
---@param out_channels integer
---@param ksize integer|integer[]
---@param ... any  the options
---@return integer? in_channels
---@return integer out_channels
---@return integer[] ksize
---@return table options
function channels.read(who, ndim, names, in_channels, out_channels, ksize, ...)
  local options
  if type(ndim) ~= "number" or ndim < 1 or ndim > 4 or ndim % 1 ~= 0 then
    errors.raisef("%s: ndim is a number from 1 to 4, not %s", who, tostring(ndim))
  end
  if ksize == nil or arguments.is_options(ksize) then
    options = arguments.read(who, names, ksize)
    in_channels, out_channels, ksize = nil, in_channels, out_channels
  else
    options = arguments.read(who, names, ...)
  end
  arguments.size(who, "out_channels", out_channels)
  if in_channels ~= nil then arguments.size(who, "in_channels", in_channels) end
  ksize = windows.list("ksize", ksize, ndim, who)
  for _, size in ipairs(ksize) do arguments.size(who, "ksize", size) end
  return in_channels, out_channels, ksize, options
end

--- A size divided among groups.
function channels.share(who, what, size, groups)
  if size % groups ~= 0 then
    errors.raisef("%s: %d groups do not divide %d %s", who, groups, size, what)
  end
  return size / groups
end

--- Gives a layer its bias of so many elements, or of a size that comes later, unless it wants none.
---@param link dgraph.Link
---@param size integer?
---@param options { nobias: boolean?, initial_bias: dgraph.InitializerLike? }
function channels.add_bias(link, size, options)
  if options.nobias then return end
  link.b = Parameter(initializers.get(options.initial_bias, 0), size and { size })
end

--- What a layer shows of itself.
function channels.specs(link, in_channels)
  return {
    { "in_channels", in_channels or "?" }, { "out_channels", link.out_channels },
    { "ksize", "(" .. table.concat(link.ksize, ", ") .. ")" }, { "nobias", link.b == nil },
  }
end

return channels
