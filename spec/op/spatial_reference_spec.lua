local dg = require "dgraph"
local reference = require "spec.support.reference"

local F = dg.F

-- As in spec/fixtures/reference/spatial.py: image, y_min, x_min, y_max, x_max; images count from 1
-- here.
local REGIONS = {
  { 2, 1.2, 0.3, 4.1, 5.6 }, { 1, -2.4, -1.3, 2.7, 3.2 }, { 2, 3, 4, 9, 12 },
  { 1, 8.2, 9.1, 9.4, 9.9 }, { 1, 4, 5, 1, 2 }, { 2, 2, 2, 2, 2 }, { 1, 0.5, 1.5, 2.5, 3.5 },
}

local function regions(scale)
  local rois, images = {}, {}
  for i, region in ipairs(REGIONS) do
    images[i], rois[i] = region[1], {}
    for k = 1, 4 do rois[i][k] = region[k + 1] * scale end
  end
  return dg.tensor(rois, "float64"), dg.tensor(images, "int32")
end

--- One of the functions of regions, which are `scale` times as large.
local function roi(f, scale, ...)
  local arguments, rois, images = { ... }, regions(scale)
  return function(x) return f(x, rois:to(x.device), images:to(x.device), unpack(arguments)) end
end

local function numbered(x)
  local rows = {}
  for i, r in ipairs(REGIONS) do rows[i] = { r[1], r[3], r[2], r[5], r[4] } end
  return F.roi_pooling_2d(x, dg.tensor(rows, { dtype = "float64", device = x.device }), 2, 3, 1)
end

reference("spatial", {
  spatial_transformer_grid = function(theta) return F.spatial_transformer_grid(theta, { 3, 4 }) end,
  spatial_transformer_sampler = F.spatial_transformer_sampler,
  ["spatial_transformer_sampler of 1x3"] = F.spatial_transformer_sampler,
  shift = function(x) return F.shift(x) end,
  ["shift ksize=1,3 dilate=2"] = function(x) return F.shift(x, { 1, 3 }, 2) end,
  local_convolution_2d = F.local_convolution_2d,
  ["local_convolution_2d stride=2,1"] = function(x, W, b)
    return F.local_convolution_2d(x, W, b, { 2, 1 })
  end,
  deformable_convolution_2d_sampler = F.deformable_convolution_2d_sampler,
  ["deformable_convolution_2d_sampler stride=2,1 pad=1,2"] = function(x, offset, W, b)
    return F.deformable_convolution_2d_sampler(x, offset, W, b, { 2, 1 }, { 1, 2 })
  end,
  roi_max_pooling_2d = roi(F.roi_max_pooling_2d, 1, { 2, 3 }, 1),
  ["roi_max_pooling_2d outsize=4 spatial_scale=0.5"] = roi(F.roi_max_pooling_2d, 2, 4, 0.5),
  roi_average_pooling_2d = roi(F.roi_average_pooling_2d, 1, { 2, 3 }, 1),
  ["roi_average_pooling_2d outsize=4 spatial_scale=0.5"] = roi(F.roi_average_pooling_2d, 2, 4, 0.5),
  roi_pooling_2d = numbered,
  roi_average_align_2d = roi(F.roi_average_align_2d, 1, { 2, 3 }, 1),
  ["roi_average_align_2d sampling_ratio=2"] = roi(F.roi_average_align_2d, 1, { 2, 3 }, 1, 2),
  ["roi_average_align_2d outsize=3 sampling_ratio=1,3"] = roi(F.roi_average_align_2d, 1, 3, 1,
    { sampling_ratio = { 1, 3 } }),
  roi_max_align_2d = roi(F.roi_max_align_2d, 1, { 2, 3 }, 1),
  ["roi_max_align_2d sampling_ratio=2"] = roi(F.roi_max_align_2d, 1, { 2, 3 }, 1, 2),
  ["roi_max_align_2d outsize=3 sampling_ratio=1,3"] = roi(F.roi_max_align_2d, 1, 3, 1,
    { sampling_ratio = { 1, 3 } }),
})
