local F = require("dgraph").F
local reference = require "spec.support.reference"

local function with(f, options)
  return function(x, W, b) return f(x, W, b, options) end
end

reference("convolution", {
  conv2d = F.convolution_2d,
  ["conv2d stride=2,1 pad=1,2"] = with(F.convolution_2d, { stride = { 2, 1 }, pad = { 1, 2 } }),
  ["conv2d dilate=2 pad=2"] = with(F.convolution_2d, { dilate = 2, pad = 2 }),
  ["conv2d groups=2"] = with(F.convolution_2d, { groups = 2 }),
  ["conv2d 1x1"] = F.convolution_2d,
  ["conv2d cover_all stride=2"] = with(F.convolution_2d, { stride = 2, cover_all = true }),
  ["conv1d stride=3 pad=1"] = with(F.convolution_1d, { stride = 3, pad = 1 }),
  ["conv3d pad=1"] = with(F.convolution_3d, { pad = 1 }),
  deconv2d = F.deconvolution_2d,
  ["deconv2d stride=2 pad=1 outsize=6,4"] = with(F.deconvolution_2d,
    { stride = 2, pad = 1, outsize = { 6, 4 } }),
  ["deconv2d groups=2 dilate=2"] = with(F.deconvolution_2d, { groups = 2, dilate = 2 }),
  ["deconv1d stride=2"] = with(F.deconvolution_1d, { stride = 2 }),
  ["deconv3d stride=2"] = with(F.deconvolution_3d, { stride = 2 }),
  ["depthwise multiplier=2"] = with(F.depthwise_convolution_2d, { pad = 1 }),
})
