--- Filters that make images larger or smaller. Long, Shelhamer, Darrell, "Fully convolutional
--- networks for semantic segmentation", 2015.
local ffi = require "ffi"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local Initializer = require "dgraph.initializers.initializer"

local sampling = {}

--- The weights along one axis: highest in the middle, and falling to both sides in a straight line.
local function slope(size)
  local factor = math.floor((size + 1) / 2)
  local center = size % 2 == 1 and factor - 1 or factor - 0.5
  local weights, sum = {}, 0
  for i = 1, size do
    weights[i] = 1 - math.abs(i - 1 - center) / factor
    sum = sum + weights[i]
  end
  return weights, sum
end

--- Checks a filter's shape, `(in, out, k, ..., k)`; gives k and how many axes have it.
local function side_of(shape, who)
  local ndim = #shape - 2
  if ndim < 1 or not (shape[1] == shape[2] or shape[2] == 1) then
    errors.raisef("%s: the shape is (%s), wanted as many channels out as in, or one, and a window",
      who, table.concat(shape, ", "))
  end
  for axis = 4, #shape do
    if shape[axis] ~= shape[3] then
      errors.raisef("%s: the window is not as long on all sides: (%s)", who,
        table.concat(shape, ", ", 3))
    end
  end
  return shape[3], ndim
end

--- The filter of one channel, row-major.
local function filter(side, ndim, whole)
  local weights, sum = slope(side)
  local values = { 1 }
  for _ = 1, ndim do
    local wider = {}
    for _, value in ipairs(values) do
      for i = 1, side do wider[#wider + 1] = value * weights[i] / (whole and sum or 1) end
    end
    values = wider
  end
  return values
end

--- A class of filters that work on each channel by itself; their elements add up to 1 if `whole`.
local function define(name, whole)
  local class = Initializer:extend(name)

  function class:init(interpolation)
    if interpolation ~= nil and interpolation ~= "linear" then
      errors.raisef("%s: interpolation is \"linear\", not %s", self._name, tostring(interpolation))
    end
  end

  function class:fill(x)
    local shape = x.shape
    local side, ndim = side_of(shape, self._name)
    local values = filter(side, ndim, whole)
    local all = create.zeros(shape, { dtype = "float64", device = "cpu" })
    local numbers = ffi.cast("double *", all:pointer())
    for channel = 0, shape[1] - 1 do
      local at = (channel * shape[2] + (shape[2] == 1 and 0 or channel)) * #values
      for i = 1, #values do numbers[at + i - 1] = values[i] end
    end
    x:copydata(all)
    all:release()
  end
  sampling[name] = class
end

--- Makes a deconvolution whose stride is half of its window, rounded up, interpolate linearly.
---@class dgraph.UpsamplingDeconvFilter: dgraph.Initializer
---@overload fun(interpolation?: "linear"): dgraph.UpsamplingDeconvFilter
define("UpsamplingDeconvFilter", false)

--- The same for a convolution that makes images smaller: its elements add up to 1.
---@class dgraph.DownsamplingConvFilter: dgraph.Initializer
---@overload fun(interpolation?: "linear"): dgraph.DownsamplingConvFilter
define("DownsamplingConvFilter", true)

return sampling
