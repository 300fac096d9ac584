--- A convolution of 64 to 64 channels, 3x3 with padding 1, on a batch of 8 images of 56x56.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F = dg.functions

dg.seed(1)
local x, W, b = dg.Variable(dg.randn(8, 64, 56, 56)), dg.Variable(dg.randn(64, 64, 3, 3)),
  dg.Variable(dg.randn(64))
local gy = dg.randn(8, 64, 56, 56)

local function forward() F.convolution_2d(x, W, b, 1, 1) end

local function forward_and_backward()
  local y = F.convolution_2d(x, W, b, 1, 1)
  x:cleargrad()
  W:cleargrad()
  b:cleargrad()
  y.grad = gy
  y:backward()
end

dg.no_backprop_mode(function()
  measure.time("conv3x3", "ms", function() dg.scope(forward) end)
end)
measure.time("conv3x3_fwdbwd", "ms", function() dg.scope(forward_and_backward) end)
