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
  max_pooling_2d = largest(F.max_pooling_2d, 2, { cover_all = false, return_indices = true }),
  ["max_pooling_2d cover_all"] = largest(F.max_pooling_2d, 2, { return_indices = true }),
  ["max_pooling_2d ksize=3,2 stride=2,1 pad=1"] = largest(F.max_pooling_2d, { 3, 2 }, { 2, 1 }, 1,
    false, true),
  ["max_pooling_1d stride=3"] = largest(F.max_pooling_1d, 4, 3, 2, false, true),
  max_pooling_3d = largest(F.max_pooling_3d, 2, 1, { return_indices = true }),
  ["average_pooling_2d stride=2 pad=1"] = function(x) return F.average_pooling_2d(x, 3, 2, 1) end,
  ["average_pooling_2d pad_value=false"] = function(x)
    return F.average_pooling_2d(x, { 3, 2 }, 2, 1, { pad_value = false })
  end,
  average_pooling_1d = function(x) return F.average_pooling_1d(x, 3, 2, 1) end,
  ["average_pooling_3d pad_value=false"] = function(x)
    return F.average_pooling_3d(x, 2, 2, 1, false)
  end,
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
  ["resize_images align_corners=true 9x4"] = resize { 9, 4 },
  ["resize_images align_corners=true 1x10"] = resize { 1, 10 },
  ["resize_images align_corners=false 9x4"] = resize({ 9, 4 }, "bilinear", false),
  ["resize_images align_corners=false 1x10"] = resize({ 1, 10 }, { align_corners = false }),
  ["resize_images nearest"] = resize({ 8, 3 }, { mode = "nearest" }),
  unpooling_1d = function(x) return F.unpooling_1d(x, 3, 2, 1, { cover_all = false }) end,
  unpooling_2d = function(x) return F.unpooling_2d(x, 2, { cover_all = false }) end,
  unpooling_3d = function(x) return F.unpooling_3d(x, 2, 1, { cover_all = false }) end,
  unpooling_nd = function(x) return F.unpooling_nd(x, 3, 1, 1, { cover_all = false }) end,
  max_pooling_nd = function(x) return F.max_pooling_nd(x, 3, 2, { cover_all = false }) end,
  average_pooling_nd = function(x) return F.average_pooling_nd(x, 2, 1) end,
  upsampling_2d = function(x, at) return F.upsampling_2d(x, at + 1, 2, 2, 0, { 4, 6 }) end,
  spatial_pyramid_pooling_2d = function(x) return F.spatial_pyramid_pooling_2d(x, 3) end,
  im2col = function(x) return F.im2col(x, { 3, 2 }, 2, { 1, 0 }) end,
  depth2space = function(x) return F.depth2space(x, 2) end,
  space2depth = function(x) return F.space2depth(x, 2) end,
})
