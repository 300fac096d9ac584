--- Poolings and convolutions by CUDA's kernels, on the stand-in.
local compare_cuda = require "spec.support.compare_cuda"

describe("CUDA's windows, run by the host, #slow", function()
  local function same(what, code)
    it("compute the same " .. what, function() assert.equal("", compare_cuda(code)) end)
  end

  same("maxima and means of windows, and their gradients", [[
local function twice(f)
  return function(x, w)
    local inputs = { x:copy():detach(), w:copy():detach() }
    for _, input in ipairs(inputs) do input.requires_grad = true end
    local y, options = F.sum(f(inputs[1]) * inputs[2]), { enable_double_backprop = true }
    local gx = dg.grad({ y }, { inputs[1] }, options)[1]
    return dg.grad({ F.sum(F.square(gx)) }, { inputs[2] })[1]
  end
end
for _, case in ipairs {
  { { 2, 3, 9, 11 }, 3, 1, 1 }, { { 2, 3, 12, 8 }, 2, 2, 0 }, { { 2, 3, 13, 9 }, 2, 5, 1 },
  { { 2, 2, 10, 7 }, { 5, 3 }, { 2, 1 }, { 2, 0 } }, { { 3, 2, 40 }, 4, 3, 2 },
  { { 1, 2, 6, 5, 7 }, 3, 2, 1 },
  { { 1, 2, 3, 4, 5, 3 }, 2, 1, 1 },
} do
  local shape, ksize, stride, pad = unpack(case)
  for _, covers in ipairs { true, false } do
    local function max(x) return F.clip(F.max_pooling_nd(x, ksize, stride, pad, covers), -9, 9) end
    local function mean(x) return F.average_pooling_nd(x, ksize, stride, pad, covers and 0) end
    local x = dg.random.normal(0, 1, shape)
    local equal = F.cast(dg.random.randint(0, 3, shape), "float64")
    local g = dg.random.normal(0, 1, max(x).shape)
    compare("max", 0, max, x)
    compare("max, of a transpose", 0, function(a) return max(F.swapaxes(a, 1, 2)) end, x)
    compare("max's gradient", 0, gradient(max), x)
    compare("max's gradient where equal", 0, gradient(max), equal)
    compare("max's second gradient", 1e-6, twice(max), x, g)
    compare("mean", 1e-6, mean, x)
    compare("mean's gradient", 1e-6, gradient(mean), x)
  end
end
for _, size in ipairs { 1, 3, 5 } do
  local function max(x) return F.adaptive_max_pool2d(x, { size, 4 }) end
  local function mean(x) return F.adaptive_avg_pool2d(x, { size, 4 }) end
  compare("adaptive max's gradient", 0, gradient(max), normal(2, 3, 7, 9))
  compare("adaptive mean's gradient", 1e-6, gradient(mean), normal(2, 3, 7, 9))
end
]])

  same("convolutions of any steps, and their gradients", [[
for _, case in ipairs {
  { { 2, 4, 9, 8 }, { 6, 4, 3, 3 }, 1, 1 }, { { 3, 1, 12, 12 }, { 5, 1, 5, 5 }, 1, 0 },
  { { 2, 4, 11, 9 }, { 6, 2, 3, 2 }, { 2, 3 }, { 1, 0 }, 2, { 2, 1 } },
  { { 2, 3, 20 }, { 4, 3, 4 }, 3, 2 },
  { { 2, 4, 9, 8 }, { 8, 1, 1, 2 }, 4, 1, 2 }, { { 1, 2, 5, 4, 6 }, { 3, 2, 2, 3, 2 }, 1, 1, 2 },
  { { 1, 2, 4, 3, 4, 3 }, { 2, 2, 2, 2, 2, 2 }, 1, 1 },
} do
  local shape, kernel, stride, pad, dilate, groups = unpack(case)
  groups = type(groups) == "number" and groups or shape[2] / kernel[2]
  local options = { dilate = dilate, groups = groups }
  local function convolve(x, w, b) return F.convolution_nd(x, w, b, stride, pad, options) end
  local function of_weight(w, x, b) return convolve(x, w, b) end
  local x, w, b = dg.random.normal(0, 1, shape), dg.random.normal(0, 1, kernel), normal(kernel[1])
  compare("convolution", 1e-5, convolve, x, w, b)
  compare("of a transpose", 1e-5, function(a, ...) return convolve(F.swapaxes(a, -1, -2), ...) end,
    F.swapaxes(x, -1, -2):copy(), w, b)
  compare("its gradient", 1e-4, gradient(convolve), x, w, b)
  compare("its weight's gradient", 1e-4, gradient(of_weight), w, x, b)
end
]])
end)
