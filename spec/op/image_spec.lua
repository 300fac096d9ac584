local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

--- The battery for one of them, on inputs of one shape, without a batch, and with two axes less.
local function case(name, f, shape, error_name, others)
  local fields = {
    f = f,
    inputs = function(r) return { r(-2, 2, shape) } end,
    shapes = { {} },
    layouts = { { { 0, unpack(shape, 2) } } },
    bad_shapes = { { { shape[1], shape[2] }, error_name = others and others.shape_error } },
    elementwise = false,
    nan = "some",
    error_name = error_name,
  }
  for key, value in pairs(others or {}) do fields[key] = value end
  op_case(name, fields)
end

local function with(f, ...)
  local arguments = { ... }
  return function(x) return f(x, unpack(arguments, 1, 5)) end
end

-- What only moves elements takes every dtype.
local moves = { dtypes = { "int32", "int64", "uint8", "bool" } }

case("im2col", with(F.im2col, { 2, 3 }, { 1, 2 }, 1), { 1, 2, 3, 4 })
case("unfold", with(F.unfold, 2, { dilation = 2 }), { 1, 2, 3, 4 }, "im2col",
  { shape_error = "F.unfold" })
case("fold", with(F.fold, { 3, 4 }, 2, 1, 0, 1), { 2, 4, 6 }, "col2im",
  { shape_error = "F.fold" })
case("depth2space", with(F.depth2space, 2), { 1, 8, 2, 1 }, nil, moves)
case("space2depth", with(F.space2depth, 2), { 1, 2, 4, 2 }, nil, moves)
case("pixel_shuffle", with(F.pixel_shuffle, 2), { 1, 8, 2, 1 }, nil, moves)
case("pixel_unshuffle", with(F.pixel_unshuffle, 2), { 1, 2, 4, 2 }, nil, moves)
case("resize_images", with(F.resize_images, { 4, 2 }), { 1, 2, 2, 3 }, "F.resize_images")

local ONE = { 1, 1, 1, 1 }
case("im2col of one element", with(F.im2col, 1), ONE, "im2col")
case("unfold of one element", with(F.unfold, 1), ONE, "im2col", { shape_error = "F.unfold" })
case("fold of one element", with(F.fold, 1, 1), { 1, 1, 1 }, "col2im", { shape_error = "F.fold" })
case("resize_images to one element", with(F.resize_images, { 1, 1 }), ONE, "F.resize_images")
for _, name in ipairs { "depth2space", "space2depth", "pixel_shuffle", "pixel_unshuffle" } do
  case(name .. " of one element", with(F[name], 1), ONE, "F." .. name, moves)
end

describe("image", function()
  local function refuses(text, f, ...)
    local ok, message = pcall(f, ...)
    assert.is_false(ok)
    assert.truthy(message:find(text, 1, true), message)
  end

  local x = dg.arange(16):reshape { 1, 1, 4, 4 }

  it("lists what windows look at", function()
    local y = F.im2col(x, 2, 2)
    assert.same({ { { 0, 2 }, { 8, 10 } }, { { 1, 3 }, { 9, 11 } }, { { 4, 6 }, { 12, 14 } },
      { { 5, 7 }, { 13, 15 } } }, y:totable()[1])
    assert.same({ 1, 9, 2, 2 }, F.im2col(x, 3).shape)
    assert.same({ 1, 9, 2, 2 }, F.im2col(x, 3, 2, 0, true).shape)
    assert.same({ 1, 4, 2, 2 }, F.im2col(x, 2, { dilate = 2 }).shape)
    assert.same({ 1, 4, 9 }, F.unfold(x, 2).shape)
    assert.same({ 2, 6, 3 }, F.unfold(dg.zeros(2, 3, 4), 2).shape)
    assert.same({ 0, 4, 9 }, F.unfold(dg.zeros(0, 1, 4, 4), 2).shape)
  end)

  it("multiplies windows and filters as a convolution does", function()
    local W = dg.randn(2, 1, 3, 3)
    local y = F.matmul(W:reshape { 2, 9 }, F.unfold(x, 3)):reshape { 1, 2, 2, 2 }
    dg.gradient_check.assert_allclose(y, F.convolution_2d(x, W), 1e-4, 1e-5)
  end)

  it("folds back what it unfolded, times how often it was copied", function()
    local ones = F.fold(F.unfold(dg.ones(1, 1, 3, 3), 2), 3, 2)
    assert.same({ { { { 1, 2, 1 }, { 2, 4, 2 }, { 1, 2, 1 } } } }, ones:totable())
  end)

  it("has Chainer's order of channels in depth2space, PyTorch's in pixel_shuffle", function()
    local channels = dg.arange(8):reshape { 1, 8, 1, 1 }
    assert.same({ { { { 0, 2 }, { 4, 6 } }, { { 1, 3 }, { 5, 7 } } } },
      F.depth2space(channels, 2):totable())
    assert.same({ { { { 0, 1 }, { 2, 3 } }, { { 4, 5 }, { 6, 7 } } } },
      F.pixel_shuffle(channels, 2):totable())
    assert.same(x:totable(), F.depth2space(F.space2depth(x, 2), 2):totable())
    assert.same(x:totable(), F.pixel_shuffle(F.pixel_unshuffle(x, 2), 2):totable())
  end)

  it("resizes with the corners on each other by default", function()
    local y = F.resize_images(dg.tensor { { { { 0, 2 }, { 4, 6 } } } }, { 3, 3 })
    assert.same({ { { { 0, 1, 2 }, { 2, 3, 4 }, { 4, 5, 6 } } } }, y:totable())
  end)

  it("names what does not fit", function()
    refuses("im2col: a window of 5 does not fit axis 3, which is 4 with padding", F.im2col, x, 5)
    refuses("im2col: x is 1x4, wanted 4 axes", F.im2col, dg.zeros(1, 4), 2)
    refuses("im2col: 4 axes, wanted at most 3", F.unfold, dg.zeros(1, 1, 2, 2, 2, 2), 1)
    refuses("F.fold: x has 3 places, wanted 4", F.fold, dg.zeros(1, 4, 3), 3, 2)
    refuses("F.fold: 3 channels are not a multiple of the window's 4 elements", F.fold,
      dg.zeros(1, 3, 4), 3, 2)
    refuses("F.fold: a window of 2 with a stride of 0", F.fold, dg.zeros(1, 4, 4), 3, 2, 1, 0, 0)
    refuses("F.unfold: kernel_size is missing", F.unfold, x)
    refuses("F.im2col: ksize is missing", F.im2col, x)
    refuses("F.unfold: padding has 1 numbers, wanted 2", F.unfold, x, 2, 1, { 1 })
    refuses("F.fold: x has 2 axes, wanted 3", F.fold, dg.zeros(4, 4), 3, 2)
    refuses("F.depth2space: 1 channels are not a multiple of 2^2", F.depth2space, x, 2)
    refuses("F.space2depth: 4 x 4 is not made of blocks of 3 x 3", F.space2depth, x, 3)
    refuses("F.pixel_shuffle: x has 2 axes, wanted 4", F.pixel_shuffle, dg.zeros(2, 2), 2)
    refuses("F.pixel_unshuffle: blocks of size 0", F.pixel_unshuffle, x, 0)
    refuses("F.resize_images: mode must be \"bilinear\" or \"nearest\", got \"cubic\"",
      F.resize_images, x, { 2, 2 }, "cubic")
    refuses("F.resize_images: a size of 4 cannot become 0", F.resize_images, x, { 0, 2 })
    refuses("F.resize_images: output_shape is missing", F.resize_images, x)
  end)
end)
