local F = require("dgraph").F
local reference = require "spec.support.reference"

--- Places count from 0 in the file.
local function largest(f, ...)
  local arguments = { ... }
  return function(x)
    local y, places = f(x, unpack(arguments))
    return y, places - 1
  end
end

local function resize(...)
  local arguments = { ... }
  return function(x) return F.resize_images(x, unpack(arguments)) end
end

reference("pooling", {
  max2d = largest(F.max_pooling_2d, 2, { cover_all = false, return_indices = true }),
  ["max2d cover_all"] = largest(F.max_pooling_2d, 2, { return_indices = true }),
  ["max2d ksize=3,2 stride=2,1 pad=1"] = largest(F.max_pooling_2d, { 3, 2 }, { 2, 1 }, 1, false,
    true),
  ["max1d stride=3"] = largest(F.max_pooling_1d, 4, 3, 2, false, true),
  max3d = largest(F.max_pooling_3d, 2, 1, { return_indices = true }),
  ["average2d stride=2 pad=1"] = function(x) return F.average_pooling_2d(x, 3, 2, 1) end,
  ["average2d pad_value=false"] = function(x)
    return F.average_pooling_2d(x, { 3, 2 }, 2, 1, { pad_value = false })
  end,
  average1d = function(x) return F.average_pooling_1d(x, 3, 2, 1) end,
  ["average3d pad_value=false"] = function(x) return F.average_pooling_3d(x, 2, 2, 1, false) end,
  adaptive_avg_pool2d = function(x) return F.adaptive_avg_pool2d(x, { 3, 4 }) end,
  adaptive_avg_pool1d = function(x) return F.adaptive_avg_pool1d(x, 4) end,
  adaptive_avg_pool3d = function(x) return F.adaptive_avg_pool3d(x, { 3, 2, 5 }) end,
  adaptive_max_pool2d = largest(F.adaptive_max_pool2d, { 3, 4 }, true),
  adaptive_max_pool1d = largest(F.adaptive_max_pool1d, 4, true),
  adaptive_max_pool3d = largest(F.adaptive_max_pool3d, { 3, 2, 2 }, true),
  unfold = function(x) return F.unfold(x, { 3, 2 }, 1, 1, 2) end,
  ["unfold dilation=2"] = function(x) return F.unfold(x, 2, { dilation = 2 }) end,
  fold = function(x) return F.fold(x, { 5, 7 }, { 3, 2 }, 1, 1, 2) end,
  pixel_shuffle = function(x) return F.pixel_shuffle(x, 2) end,
  pixel_unshuffle = function(x) return F.pixel_unshuffle(x, 2) end,
  ["resize align_corners=true 9x4"] = resize { 9, 4 },
  ["resize align_corners=true 1x10"] = resize { 1, 10 },
  ["resize align_corners=false 9x4"] = resize({ 9, 4 }, "bilinear", false),
  ["resize align_corners=false 1x10"] = resize({ 1, 10 }, { align_corners = false }),
  ["resize nearest"] = resize({ 8, 3 }, { mode = "nearest" }),
})
