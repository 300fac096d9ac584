--- Regions of interest of images, each pooled to a grid of bins. What a bin covers is the same for
--- its whole row and column, so a region is told by its axes: the regions are read on the host,
--- once, and become small arrays.
local checks = require "dgraph.functions.loss_checks"
local config = require "dgraph.config"
local create = require "dgraph.create"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local sampling = require "dgraph.functions.sampling"
local scope = require "dgraph.scope"
local widened = require "dgraph.functions.widened"
local windows = require "dgraph.functions.windows"

local C = native.C
local floor, ceil, max, min = math.floor, math.ceil, math.max, math.min

--- How many elements are looked at together where all of a bin are compared: 64 MiB of float32.
local AT_ONCE = 2 ^ 24

--- How far from the image regions may reach: positions of more elements are not exact.
local FARTHEST = 2 ^ 31

--- A region along one axis: where it begins and how long it is, in elements of the image.
---@class dgraph.Span
---@field start number
---@field length number

---@class dgraph.Region
---@field image integer  from 1
---@field [integer] dgraph.Span  of height and width

--- What the bins of a region look at along one axis.
---@class dgraph.Taps
---@field [integer] { place: number, weight: number }[]  for each bin: places from 0, between
---  elements or at them, and what their share of a mean is

--- The nearest whole number, of two the even one.
local function round(value)
  local low = floor(value)
  local rest = value - low
  if rest > 0.5 or rest == 0.5 and low % 2 == 1 then low = low + 1 end
  return low
end

-- -- What bins look at ---------------------------------------------------------------------------

--- All elements that a bin touches.
---@param span dgraph.Span
---@param bins integer
---@param size integer  of the image
---@return dgraph.Taps
local function whole_elements(span, bins, size)
  local taps = {}
  for bin = 0, bins - 1 do
    local from = min(max(span.start + floor(bin * span.length / bins), 0), size)
    local to = min(max(span.start + ceil((bin + 1) * span.length / bins), 0), size)
    local list = {}
    for place = from, to - 1 do
      list[#list + 1] = { place = place, weight = 1 / (to - from) }
    end
    taps[bin + 1] = list
  end
  return taps
end

--- Places at equal distances in a bin, `ratio` of them, or so many that the distance is at most one
--- element. Those that lie further than one element outside of the image do not count, and those
--- beside it lie on its edge.
---@param span dgraph.Span
---@param bins integer
---@param size integer
---@param ratio integer?
---@return dgraph.Taps
local function samples(span, bins, size, ratio)
  local taps = {}
  local long = span.length / bins
  local count = ratio or ceil(long)
  local step = long / count
  for bin = 0, bins - 1 do
    local first = span.start + bin * long + step / 2
    local list = {}
    -- A region may be much larger than the image, so only what is near it is visited.
    local from, to = max(floor((-1 - first) / step), 0), min(ceil((size - first) / step), count - 1)
    for k = from, to do
      local place = first + k * step
      if place >= -1 and place <= size and size > 0 then
        list[#list + 1] = { place = min(max(place, 0), size - 1), weight = 1 / count }
      end
    end
    taps[bin + 1] = list
  end
  return taps
end

-- -- Arguments -----------------------------------------------------------------------------------

--- How many samples a bin has along each axis, nil where that depends on its size.
local function ratios(who, ratio)
  if type(ratio) ~= "table" then ratio = { ratio, ratio } end
  for axis = 1, 2 do
    local own = ratio[axis]
    if own ~= nil and (type(own) ~= "number" or own < 1 or own % 1 ~= 0 or own == math.huge) then
      errors.raisef("%s: sampling_ratio is %s, wanted whole numbers above 0", who, tostring(own))
    end
  end
  return ratio
end

--- The rows of a matrix of so many columns, after a check of x and of it.
local function read_rows(who, x, rois, columns, scale)
  sampling.image_shape(who, x)
  checks.float(who, x)
  local shape = rois.shape
  if rois.dtype == "bool" then errors.raisef("%s: rois are bool, wanted numbers", who) end
  if #shape ~= 2 or shape[2] ~= columns then
    errors.raisef("%s: rois are %s, wanted regions x %d", who, table.concat(shape, "x"), columns)
  end
  if not (scale > 0 and scale < math.huge) then
    errors.raisef("%s: spatial_scale is %g, wanted more than 0", who, scale)
  end
  local rows = rois:totable()
  for i, row in ipairs(rows) do
    for k = 1, columns do
      local at = math.abs(row[k] * scale)
      if at ~= at or at > FARTHEST then
        errors.raisef("%s: roi %d is at %g, wanted at most 2^31", who, i, row[k] * scale)
      end
    end
  end
  return rows
end

--- The image of region i, of so many.
local function check_image(who, i, image, count)
  if image < 1 or image > count or image % 1 ~= 0 then
    errors.raisef("%s: roi %d is of image %g, wanted 1 to %d", who, i, image, count)
  end
  return image
end

--- Regions out of rows (top, left, bottom, right) and the numbers of their images. `whole`: their
--- ends are rounded.
---@return dgraph.Region[]
local function read_regions(who, x, rois, roi_indices, scale, whole)
  local rows, regions = read_rows(who, x, rois, 4, scale), {}
  local dtype, shape = roi_indices.dtype, roi_indices.shape
  if dtypes.names_float(dtype) or dtype == "bool" then
    errors.raisef("%s: roi_indices are %s, wanted integers", who, dtype)
  end
  if #shape ~= 1 or shape[1] ~= #rows then
    errors.raisef("%s: roi_indices are %s, wanted %d", who, table.concat(shape, "x"), #rows)
  end
  local images, count = roi_indices:totable(), x:dim(1)
  for i, row in ipairs(rows) do
    local region = { image = check_image(who, i, tonumber(images[i]), count) }
    for axis = 1, 2 do
      local from, to = row[axis] * scale, row[axis + 2] * scale
      if whole then from, to = round(from), round(to) end
      region[axis] = { start = from, length = max(to - from, 1) }
    end
    regions[i] = region
  end
  return regions
end

--- The same out of rows (image, left, top, right, bottom), which lie in their region as well.
---@return dgraph.Region[]
local function read_numbered_regions(who, x, rois, scale)
  local rows, regions = read_rows(who, x, rois, 5, scale), {}
  for i, row in ipairs(rows) do
    local region = { image = check_image(who, i, row[1], x:dim(1)) }
    for axis = 1, 2 do
      local from, to = round(row[4 - axis] * scale), round(row[6 - axis] * scale)
      region[axis] = { start = from, length = max(to - from + 1, 1) }
    end
    regions[i] = region
  end
  return regions
end

--- The taps of all regions along both axes.
local function taps_of(regions, x, size, look, ratio)
  local taps = {}
  for axis = 1, 2 do
    local own, extent = {}, x:dim(axis + 2)
    for i, region in ipairs(regions) do
      own[i] = look(region[axis], size[axis], extent, ratio and ratio[axis])
    end
    taps[axis] = own
  end
  return taps
end

-- -- Means: the bins of a region are its rows' weights times the image times its columns' --------

--- The weights of the elements along an axis for some regions: (regions bins) rows, as many columns
--- as elements.
local function weights_of(x, list, taps, bins, size)
  local weights = create.zeros({ #list * bins, size }, { dtype = "float64", device = "cpu" })
  local p = size > 0 and weights:pointer()
  for i, region in ipairs(list) do
    for bin = 1, size > 0 and bins or 0 do
      local row = ((i - 1) * bins + bin - 1) * size
      for _, tap in ipairs(taps[region][bin]) do
        local first = floor(tap.place)
        local rest = tap.place - first
        p[row + first] = p[row + first] + (1 - rest) * tap.weight
        if rest > 0 then p[row + first + 1] = p[row + first + 1] + rest * tap.weight end
      end
    end
  end
  return create.tensor(weights, { dtype = x.dtype, device = x.device })
end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- What there is of no regions: nothing, but x has a gradient, of zeros.
  local function nothing(x, size)
    local none = native.wrap(C.dg_narrow(x, 0, 0, 0))
    return F.reshape(none, { 0, x:dim(2), size[1], size[2] })
  end

  --- The bins of some regions of one image: regions x channels x bins.
  local function means_of_image(x, image, list, taps, size)
    local channels, height, width = x:dim(2), x:dim(3), x:dim(4)
    local lines = F.reshape(F.transpose(x[image], { 2, 1, 3 }), { height, channels * width })
    local down = weights_of(x, list, taps[1], size[1], height)
    local across = F.reshape(weights_of(x, list, taps[2], size[2], width),
      { #list, size[2], width })
    local rows = F.reshape(F.matmul(down, lines), { #list, size[1] * channels, width })
    local y = F.matmul(rows, across, false, true)
    return F.transpose(F.reshape(y, { #list, size[1], channels, size[2] }), { 1, 3, 2, 4 })
  end

  --- The mean of each bin: images one by one, since each region needs the weights of its own alone.
  local function means(x, regions, taps, size)
    local lists, images = {}, {}
    for i, region in ipairs(regions) do
      local image = region.image
      if not lists[image] then
        lists[image] = {}
        images[#images + 1] = image
      end
      table.insert(lists[image], i)
    end
    if #images == 0 then return nothing(x, size) end
    local parts, places, before = {}, {}, 0
    for k, image in ipairs(images) do
      parts[k] = means_of_image(x, image, lists[image], taps, size)
      for j, i in ipairs(lists[image]) do places[i] = before + j end
      before = before + #lists[image]
    end
    if #images == 1 then return parts[1] end
    local order = create.tensor(places, { dtype = "int64", device = x.device })
    return F.take(F.concat(parts, 1), order, 1)
  end

  -- -- Maxima: which place of a bin has the largest element is found first, and looked at then ----

  --- Along one axis: the places of the bins of regions from .. to, as many for each: where a bin
  --- has fewer its first one is repeated, and where it has none they lie outside of the image. One
  --- row for each region and bin.
  local function places_of(taps, from, to, bins)
    local most, rows = 1, {}
    for i = from, to do
      for bin = 1, bins do most = max(most, #taps[i][bin]) end
    end
    for i = from, to do
      for bin = 1, bins do
        local list, row = taps[i][bin], {}
        for k = 1, most do
          local tap = list[k] or list[1]
          row[k] = tap and tap.place or -2
        end
        rows[#rows + 1] = row
      end
    end
    return rows, most
  end

  --- Rows and columns of all places that the bins look at, bins x places, and their images.
  local function table_of(x, regions, taps, from, to, size)
    local count, list = to - from + 1, {}
    local dtype = x.dtype == "float64" and "float64" or "float32"
    local function laid(numbers, like, kind)
      return F.reshape(create.tensor(numbers, { dtype = kind, device = x.device }), like)
    end
    for i = from, to do list[i - from + 1] = regions[i].image - 1 end
    local down, tall = places_of(taps[1], from, to, size[1])
    local across, wide = places_of(taps[2], from, to, size[2])
    local all = { count, size[1], size[2], tall, wide }
    local flat = { count * size[1] * size[2], tall * wide }
    local function spread(t) return F.reshape(F.broadcast_to(t, all), flat) end
    return spread(laid(down, { count, size[1], 1, tall, 1 }, dtype)),
      spread(laid(across, { count, 1, size[2], 1, wide }, dtype)),
      spread(laid(list, { count, 1, 1, 1, 1 }, "int64"))
  end

  --- How many regions from the one at `from` on are looked at together.
  local function last_of(x, taps, from, size)
    local count, channels, most, last = #taps[1], max(x:dim(2), 1), 1, from
    for i = from, count do
      local tall, wide = 1, 1
      for bin = 1, size[1] do tall = max(tall, #taps[1][i][bin]) end
      for bin = 1, size[2] do wide = max(wide, #taps[2][i][bin]) end
      most = max(most, tall * wide)
      if i > from and (i - from + 1) * most * size[1] * size[2] * channels > AT_ONCE then break end
      last = i
    end
    return last
  end

  local function by_channel(rows, positions) return F.gather(rows, 1, positions) end

  --- The rows, columns and images of the largest elements of the bins, bins x channels.
  local function find(look, planes, v, u, number)
    local best = F.argmax(look(F, planes, number, v, u, F.take), 2)
    return { F.gather(v, 2, best), F.gather(u, 2, best), F.gather(number, 2, best) }
  end

  --- The largest element of each bin, as `look`, a function of sampling, sees them.
  local function maxima(x, regions, taps, size, look)
    local channels, parts, from = x:dim(2), {}, 1
    if #regions == 0 then return nothing(x, size) end
    local planes = sampling.planes(F, x)
    while from <= #regions do
      local to = last_of(x, taps, from, size)
      -- Each channel has a place of its own, which is looked at again, now differentiably.
      local found = scope.scope(config.no_backprop_mode, function()
        return find(look, planes, table_of(x, regions, taps, from, to, size))
      end)
      parts[#parts + 1] = look(F, planes, found[3], found[1], found[2], by_channel)
      from = to + 1
    end
    local y = F.reshape(#parts == 1 and parts[1] or F.concat(parts, 1),
      { #regions, size[1], size[2], channels })
    return F.transpose(y, { 1, 4, 2, 3 })
  end

  --- Family: regions of interest
  --- Shapes: x: batch x channels x h x w; rois: regions x 4; roi_indices: regions; y: regions x
  --- channels x outsize.
  --- Dtypes: x: floats; rois: numbers; roi_indices: int32, int64 or uint8; y has x's.
  --- Errors: an outsize below 1; a spatial_scale that is not above 0; a region that is not
  --- within 2^31 elements; an image that x does not have.
  --- Source: Chainer; Girshick, arXiv:1504.08083.

  --- The largest elements of regions of images. Each roi is (y_min, x_min, y_max, x_max), times
  --- `spatial_scale` distances from the first element, and lies in the image that roi_indices says,
  --- which count from 1. It is rounded to whole elements, at least one (halves to the even number),
  --- and divided into outsize bins, which share the elements at their borders. A bin that lies
  --- outside of the image gives 0. The gradient goes to x.
  ---@param outsize integer|integer[]  height and width
  declare("roi_max_pooling_2d(x, rois, roi_indices, outsize: sizes, spatial_scale: number)",
    function(x, rois, roi_indices, outsize, spatial_scale)
      local who = "F.roi_max_pooling_2d"
      local size = windows.positive("outsize", outsize, 2, who)
      local regions = read_regions(who, x, rois, roi_indices, spatial_scale, true)
      return maxima(x, regions, taps_of(regions, x, size, whole_elements), size, sampling.exactly)
    end)
  --- The means of the elements that roi_max_pooling_2d compares. What is not a finite number
  --- reaches all regions of its image.
  ---@param outsize integer|integer[]  height and width
  declare("roi_average_pooling_2d(x, rois, roi_indices, outsize: sizes, spatial_scale: number)",
    widened(1, function(x, rois, roi_indices, outsize, spatial_scale)
      local who = "F.roi_average_pooling_2d"
      local size = windows.positive("outsize", outsize, 2, who)
      local regions = read_regions(who, x, rois, roi_indices, spatial_scale, true)
      return means(x, regions, taps_of(regions, x, size, whole_elements), size)
    end))
  --- roi_max_pooling_2d as it was first: a roi is (image, x_min, y_min, x_max, y_max), the image
  --- counts from 1, and the elements at x_max and y_max belong to it.
  --- Shapes: x: batch x channels x h x w; rois: regions x 5; y: regions x channels x outh x outw.
  --- Dtypes: x: floats; rois: numbers; y has x's.
  declare("roi_pooling_2d(x, rois, outh: integer, outw: integer, spatial_scale: number)",
    function(x, rois, outh, outw, spatial_scale)
      local who = "F.roi_pooling_2d"
      local size = windows.positive("outsize", { outh, outw }, 2, who)
      local regions = read_numbered_regions(who, x, rois, spatial_scale)
      return maxima(x, regions, taps_of(regions, x, size, whole_elements), size, sampling.exactly)
    end)

  --- Family: regions of interest without rounding
  --- Shapes: x: batch x channels x h x w; rois: regions x 4; roi_indices: regions; y: regions x
  --- channels x outsize.
  --- Dtypes: x: floats; rois: numbers; roi_indices: int32, int64 or uint8; y has x's.
  --- Errors: an outsize below 1; a spatial_scale that is not above 0; a sampling_ratio that is not
  --- above 0; a region that is not within 2^31 elements; an image that x does not have.
  --- Source: Chainer; He et al., arXiv:1703.06870.

  --- The means of samples in bins of regions, told as for roi_max_pooling_2d but not rounded. A bin
  --- has `sampling_ratio` samples along each axis, or when it is nil as many as it is long, rounded
  --- up; each is mixed of the four elements around. Samples more than an element outside of the
  --- image count as 0. What is not a finite number reaches all regions of its image.
  ---@param outsize integer|integer[]  height and width
  ---@param sampling_ratio? integer|integer[]
  declare("roi_average_align_2d(x, rois, roi_indices, outsize: sizes, spatial_scale: number, "
    .. "sampling_ratio: any?)", widened(1, function(x, rois, roi_indices, outsize, spatial_scale,
      ratio)
    local who = "F.roi_average_align_2d"
    local size = windows.positive("outsize", outsize, 2, who)
    local regions = read_regions(who, x, rois, roi_indices, spatial_scale)
    ratio = ratios(who, ratio)
    return means(x, regions, taps_of(regions, x, size, samples, ratio), size)
  end))
  --- The largest of the samples that roi_average_align_2d takes; those more than an element outside
  --- of the image do not count, and a bin that has no others gives 0.
  ---@param outsize integer|integer[]  height and width
  ---@param sampling_ratio? integer|integer[]
  declare("roi_max_align_2d(x, rois, roi_indices, outsize: sizes, spatial_scale: number, "
    .. "sampling_ratio: any?)", function(x, rois, roi_indices, outsize, spatial_scale, ratio)
    local who = "F.roi_max_align_2d"
    local size = windows.positive("outsize", outsize, 2, who)
    local regions = read_regions(who, x, rois, roi_indices, spatial_scale)
    ratio = ratios(who, ratio)
    return maxima(x, regions, taps_of(regions, x, size, samples, ratio), size, sampling.at)
  end)
end
