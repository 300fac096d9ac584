local F = require("dgraph").F
local reference = require "spec.support.reference"

local function with(f, options)
  return function(x, W, b) return f(x, W, b, options) end
end

reference("convolution", {
  convolution_2d = F.convolution_2d,
  ["convolution_2d stride=2,1 pad=1,2"] = with(F.convolution_2d,
    { stride = { 2, 1 }, pad = { 1, 2 } }),
  ["convolution_2d dilate=2 pad=2"] = with(F.convolution_2d, { dilate = 2, pad = 2 }),
  ["convolution_2d groups=2"] = with(F.convolution_2d, { groups = 2 }),
  ["convolution_2d 1x1"] = F.convolution_2d,
  ["convolution_2d cover_all stride=2"] = with(F.convolution_2d, { stride = 2, cover_all = true }),
  ["convolution_1d stride=3 pad=1"] = with(F.convolution_1d, { stride = 3, pad = 1 }),
  ["convolution_3d pad=1"] = with(F.convolution_3d, { pad = 1 }),
  deconvolution_2d = F.deconvolution_2d,
  ["deconvolution_2d stride=2 pad=1 outsize=6,4"] = with(F.deconvolution_2d,
    { stride = 2, pad = 1, outsize = { 6, 4 } }),
  ["deconvolution_2d groups=2 dilate=2"] = with(F.deconvolution_2d, { groups = 2, dilate = 2 }),
  ["deconvolution_1d stride=2"] = with(F.deconvolution_1d, { stride = 2 }),
  ["deconvolution_3d stride=2"] = with(F.deconvolution_3d, { stride = 2 }),
  ["depthwise_convolution_2d multiplier=2"] = with(F.depthwise_convolution_2d, { pad = 1 }),
  ["dilated_convolution_2d pad=1 dilate=2"] = with(F.dilated_convolution_2d,
    { pad = 1, dilate = 2 }),
  ["convolution_nd stride=2"] = with(F.convolution_nd, { stride = 2 }),
  ["deconvolution_nd pad=1"] = with(F.deconvolution_nd, { pad = 1 }),
})
