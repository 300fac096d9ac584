local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

--- The battery for one of them; `shapes` are those of x, W and b. Without a batch there is nothing,
--- and a channel more is too much.
local function case(name, f, shapes, overwritten, error_name, shape_error)
  local none, wrong = { 0, unpack(shapes[1], 2) }, { unpack(shapes[1]) }
  wrong[2] = wrong[2] + 1
  op_case(name, {
    f = f,
    inputs = function(r)
      local xs = {}
      for i, shape in ipairs(shapes) do xs[i] = r(-2, 2, shape) end
      return xs
    end,
    shapes = { {} },
    layouts = { { none, shapes[2], shapes[3] } },
    bad_shapes = { { wrong, shapes[2], shapes[3], error_name = shape_error } },
    elementwise = false,
    nan = "some",
    overwritten = overwritten or { 1, 2 },
    error_name = error_name or "convolution",
  })
end

local function with(f, options)
  return function(x, W, b)
    if b then return f(x, W, b, options) end
    return f(x, W, options)
  end
end

case("convolution_1d", with(F.convolution_1d, { stride = 2, pad = 1 }),
  { { 2, 2, 5 }, { 3, 2, 2 }, { 3 } })
case("convolution_2d", with(F.convolution_2d, { pad = { 1, 0 }, groups = 2 }),
  { { 2, 4, 3, 4 }, { 2, 2, 2, 3 }, { 2 } })
case("convolution_2d without b", with(F.convolution_2d, { cover_all = true, stride = 2 }),
  { { 1, 2, 4, 4 }, { 2, 2, 3, 3 } })
case("convolution_2d of 1x1", F.convolution_2d, { { 2, 3, 2, 2 }, { 2, 3, 1, 1 }, { 2 } })
case("convolution_3d", with(F.convolution_3d, { dilate = { 1, 2, 1 } }),
  { { 1, 1, 2, 3, 3 }, { 2, 1, 2, 2, 1 }, { 2 } })
case("convolution_nd", F.convolution_nd,
  { { 1, 1, 2, 2, 1, 2 }, { 1, 1, 1, 2, 1, 2 }, { 1 } })
case("deconvolution_1d", with(F.deconvolution_1d, { stride = 3, outsize = 6 }),
  { { 2, 2, 2 }, { 2, 3, 2 }, { 3 } }, nil, "deconvolution")
case("deconvolution_2d",
  with(F.deconvolution_2d, { stride = { 2, 1 }, pad = { 1, 0 }, groups = 2 }),
  { { 2, 4, 2, 2 }, { 4, 1, 3, 2 }, { 2 } }, nil, "deconvolution")
case("deconvolution_3d", with(F.deconvolution_3d, { dilate = 2 }),
  { { 1, 2, 1, 2, 1 }, { 2, 1, 2, 1, 2 }, { 1 } }, nil, "deconvolution")
case("deconvolution_nd", F.deconvolution_nd, { { 1, 2, 3 }, { 2, 1, 2 } }, nil, "deconvolution")
case("dilated_convolution_2d", with(F.dilated_convolution_2d, { dilate = 2, pad = 1 }),
  { { 1, 2, 3, 4 }, { 2, 2, 2, 2 }, { 2 } })
case("depthwise_convolution_2d", with(F.depthwise_convolution_2d, { pad = 1 }),
  { { 1, 2, 2, 3 }, { 2, 2, 2, 2 }, { 4 } }, { 1 }, nil, "F.depthwise_convolution_2d")

for axes = 1, 3 do
  local ones = { 1, 1, 1, axes > 1 and 1 or nil, axes > 2 and 1 or nil }
  for _, kind in ipairs { "convolution", "deconvolution" } do
    local names = { ("%s_%dd"):format(kind, axes), axes == 1 and kind .. "_nd" or nil }
    for _, name in ipairs(names) do
      case(name .. " of one element", F[name], { ones, ones, { 1 } }, nil, kind)
    end
  end
end
for _, name in ipairs { "dilated_convolution_2d", "depthwise_convolution_2d" } do
  local ones = { 1, 1, 1, 1 }
  case(name .. " of one element", F[name], { ones, ones, { 1 } }, { 1 }, nil,
    name == "depthwise_convolution_2d" and "F." .. name or nil)
end

describe("convolution", function()
  local x = dg.arange(16):reshape { 1, 1, 4, 4 }
  local W = dg.ones(1, 1, 2, 2)

  local function refuses(text, f, ...)
    local ok, message = pcall(f, ...)
    assert.is_false(ok)
    assert.truthy(message:find(text, 1, true), message)
  end

  it("sums the products of a window and a filter", function()
    local filter = dg.tensor { { { { 1, 2 }, { 0, -1 } } } }
    assert.same({ { { { -3, -1, 1 }, { 5, 7, 9 }, { 13, 15, 17 } } } },
      F.convolution_2d(x, filter):totable())
    assert.same({ { { { 7 } } } }, F.convolution_2d(x, filter, dg.tensor { 10 }, 3):totable())
  end)

  it("has Chainer's defaults", function()
    local wide = dg.ones(1, 1, 3, 3)
    assert.same({ 1, 1, 2, 2 }, F.convolution_2d(x, wide).shape)
    assert.same({ 1, 1, 1, 1 }, F.convolution_2d(x, wide, nil, 2).shape)
    assert.same({ 1, 1, 2, 2 }, F.convolution_2d(x, wide, nil, 2, 0, true).shape)
    assert.same({ 1, 1, 1, 1 }, F.convolution_2d(x, W, nil, 1, 0, false, 3).shape)
    assert.same({ 1, 1, 1, 2 }, F.convolution_2d(x, W, { dilate = { 3, 2 } }).shape)
    assert.same({ 1, 1, 1, 2 }, F.dilated_convolution_2d(x, W, nil, 1, 0, { 3, 2 }).shape)
    assert.same({ 1, 1, 5, 5 }, F.deconvolution_2d(x, W).shape)
    assert.same({ 1, 1, 6, 7 }, F.deconvolution_2d(x, W, nil, 2, 1, { 6, 7 }).shape)
    assert.same({ 1, 1, 7, 6 }, F.deconvolution_2d(x, W, nil, 1, 0, nil, { 3, 2 }).shape)
  end)

  it("takes empty batches, and gives biases where there are no channels", function()
    assert.same({ 0, 3, 3, 3 }, F.convolution_2d(dg.zeros(0, 2, 4, 4), dg.ones(3, 2, 2, 2)).shape)
    local y = F.convolution_2d(dg.zeros(1, 0, 2, 2), dg.zeros(2, 0, 2, 2), dg.tensor { 3, 4 })
    assert.same({ { { { 3 } }, { { 4 } } } }, y:totable())
    local filters = dg.Variable(dg.ones(3, 2, 2, 2))
    F.convolution_2d(dg.zeros(0, 2, 4, 4), filters):sum():backward()
    assert.equal(0, F.absolute(filters.grad):sum():item())
  end)

  it("multiplies windows and filters, tile by tile", function()
    -- Whole numbers, so that sums in any order are the same; more than a tile, and several chunks.
    local function whole(shape) return dg.tensor(dg.random.randint(-3, 3, shape), "float32") end
    local function check(shape, filters, options)
      local a = dg.Variable(whole(shape))
      local c = dg.Variable(whole(filters))
      local y = F.convolution_nd(a, c, nil, options)
      local gy = whole(y.shape)
      local got = dg.grad({ y }, { a, c }, { gy })
      local size, taps = { filters[1], c.size / filters[1] }, { unpack(filters, 3) }
      local columns = F.unfold(a, taps, options.dilate, options.pad, options.stride)
      local z = F.matmul(F.reshape(c, size), columns):reshape(y.shape)
      local wanted = dg.grad({ z }, { a, c }, { gy })
      assert.equal(0, y:ne(z):sum():item())
      for i = 1, 2 do assert.equal(0, got[i]:ne(wanted[i]):sum():item()) end
    end
    check({ 2, 40, 18, 23 }, { 7, 40, 3, 3 }, { pad = 1 })
    check({ 1, 3, 30, 41 }, { 2, 3, 5, 4 },
      { pad = { 2, 3 }, stride = { 2, 3 }, dilate = { 1, 2 } })
    check({ 1, 2, 9000 }, { 3, 2, 17 }, { pad = 8 })
    check({ 1, 9, 9, 8, 10 }, { 2, 9, 3, 3, 3 }, { pad = 1 })
    check({ 2, 150, 20, 20 }, { 3, 150, 1, 1 }, {})
    check({ 2, 16, 9, 12 }, { 14, 16, 3, 3 }, { pad = { 0, 2 } })
    -- One channel and few filters, without columns.
    check({ 3, 1, 17, 23 }, { 2, 1, 3, 3 }, { pad = 1 })
    check({ 2, 1, 90, 71 }, { 1, 1, 3, 3 }, { pad = { 0, 1 }, stride = 2 })
    check({ 2, 1, 30, 41 }, { 4, 1, 5, 4 },
      { pad = { 6, 3 }, stride = { 2, 3 }, dilate = { 3, 2 } })
    check({ 1, 1, 3, 5000 }, { 1, 1, 2, 7 }, { pad = { 1, 9 }, stride = { 1, 4 } })
    check({ 1, 1, 9000 }, { 3, 1, 2 }, { stride = 3 })
    check({ 1, 1, 1, 4 }, { 1, 1, 1, 2 }, { pad = { 2, 5 }, stride = { 4, 3 } })
  end)

  it("does windows of 3x3 over many channels in another way, with the same result", function()
    for _, size in ipairs { { 7, 10, 1 }, { 4, 4, 1 }, { 6, 5, 0 }, { 4, 133, 1 }, { 5, 6, 2 } } do
      local h, w, pad = unpack(size)
      local function results(dtype)
        dg.seed(5)
        local images = dg.tensor(dg.randn(3, 26, h, w), { dtype = dtype, requires_grad = true })
        local kernels = dg.tensor(dg.randn(28, 13, 3, 3), { dtype = dtype, requires_grad = true })
        local b = dg.arange(28, { dtype = dtype })
        local y = F.convolution_2d(images, kernels, b, { pad = pad, groups = 2 })
        local gy = dg.tensor(dg.randn(y.shape), dtype)
        return { y, unpack(dg.grad({ y }, { images, kernels }, { gy })) }
      end
      local narrow, wide = results("float32"), results("float64")
      -- Seven filters at a time are too few for that way.
      dg.seed(5)
      local images = dg.tensor(dg.randn(3, 26, h, w), "float64")
      local kernels = dg.tensor(dg.randn(28, 13, 3, 3), "float64")
      for group = 0, 1 do
        local channels = images[{ {}, { 13 * group + 1, 13 * group + 13 } }]
        for part = 0, 1 do
          local first = 14 * group + 7 * part + 1
          local plain = F.convolution_2d(channels, kernels[{ { first, first + 6 } }],
            dg.arange(first - 1, first + 6, 1, { dtype = "float64" }), 1, pad)
          dg.gradient_check.assert_allclose(wide[1][{ {}, { first, first + 6 } }], plain, 1e-12,
            1e-12)
        end
      end
      for i = 1, 3 do
        dg.gradient_check.assert_allclose(dg.tensor(narrow[i], "float64"), wide[i], 1e-4, 1e-5)
      end
    end
  end)

  --- Results of 3x3 windows over 12 channels, and of those taken apart in pairs of channels, which
  --- are too few for that way.
  local function both_ways(images, kernels, gy)
    local function results(convolve)
      local a, b = dg.Variable(images), dg.Variable(kernels)
      local y = convolve(a, b)
      return { y, unpack(dg.grad({ y }, { a, b }, { gy })) }
    end
    local function whole(a, b) return F.convolution_2d(a, b, nil, 1, 1) end
    local function parts(a, b)
      local sum
      for first = 1, 11, 2 do
        local some = { {}, { first, first + 1 } }
        local y = whole(a[some], b[some])
        sum = sum and sum + y or y
      end
      return sum
    end
    return results(whole), results(parts)
  end

  local function spelt(value) return value == value and ("%g"):format(value) or "nan" end

  it("keeps what is infinite or NaN to the places that see it", function()
    -- In the image, the filters, the gradient. Infinite filters make NaN of the zeros around.
    for _, place in ipairs {
      { 1, math.huge }, { 1, -math.huge }, { 1, 0 / 0 }, { 1, 3e38 }, { 2, 3e38 },
      { 3, math.huge }, { 3, 0 / 0 }, { 3, 3e38 },
    } do
      local given = { dg.ones(2, 12, 8, 8), dg.ones(12, 12, 3, 3), dg.ones(2, 12, 8, 8) }
      given[place[1]][{ 2, 3, 2, 3 }] = place[2]
      local got, wanted = both_ways(unpack(given))
      for i = 1, 3 do
        local a, b = got[i]:flatten():totable(), wanted[i]:flatten():totable()
        for k = 1, #a do
          if spelt(a[k]) ~= spelt(b[k]) then assert.near(b[k], a[k], 1e-5 * math.abs(b[k])) end
        end
      end
    end
    local image = dg.ones(1, 12, 8, 8)
    image[{ 1, 5, 3, 3 }] = math.huge
    local y = F.convolution_2d(image, dg.ones(12, 12, 3, 3), nil, 1, 1)
    assert.equal(0, F.isnan(y):sum():item())
    assert.equal(12 * 9, F.isinf(y):sum():item())
  end)

  it("gives the same whatever the number of threads", function()
    local images, filters = dg.randn(3, 24, 18, 18), dg.randn(20, 24, 3, 3)
    local function results()
      local a, b = dg.Variable(images), dg.Variable(filters)
      local y = F.convolution_2d(a, b, nil, 1, 1)
      y.grad = y.data
      y:backward()
      return { y, a.grad, b.grad }
    end
    local threads = dg.get_num_threads()
    dg.set_num_threads(1)
    local alone = results()
    dg.set_num_threads(3)
    local together = results()
    dg.set_num_threads(threads)
    for i = 1, 3 do assert.equal(0, alone[i]:ne(together[i]):sum():item()) end
  end)

  it("names what does not fit", function()
    refuses("convolution: x has 1 channels, wanted 2 (x is 1x1x4x4, W is 1x2x2x2)",
      F.convolution_2d, x, dg.ones(1, 2, 2, 2))
    refuses("convolution: a window of 5 does not fit axis 3, which is 4 with padding",
      F.convolution_2d, x, dg.ones(1, 1, 5, 5))
    refuses("convolution: b is 2, wanted 1 as W is 1x1x2x2", F.convolution_2d, x, W, dg.ones(2))
    refuses("convolution: 2 groups do not divide the first axis of W", F.convolution_2d, x, W,
      { groups = 2 })
    refuses("convolution: x is 1x1x4x4, wanted 3 axes", F.convolution_1d, x, W)
    refuses("convolution: W is 1x1x2, wanted 4 axes", F.convolution_2d, x, dg.ones(1, 1, 2))
    refuses("convolution: the window of W is empty", F.convolution_2d, x, dg.ones(1, 1, 2, 0))
    refuses("convolution: dtypes float32, float64 differ", F.convolution_2d, x,
      dg.ones(1, 1, 2, 2, { dtype = "float64" }))
    refuses("convolution: a stride is 0, wanted 1 to", F.convolution_2d, x, W, nil, 0)
    refuses("convolution: a pad is -1", F.convolution_2d, x, W, nil, 1, -1)
    refuses("convolution: a dilation is 4294967296", F.convolution_2d, x, W, { dilate = 2 ^ 32 })
    refuses("convolution: 0 groups", F.convolution_2d, x, W, { groups = 0 })
    refuses("F.convolution_2d: stride has 3 numbers, wanted 2", F.convolution_2d, x, W, nil,
      { 1, 1, 1 })
    refuses("F.convolution_2d: pad must be an integer, got 0.5", F.convolution_2d, x, W, nil, 1,
      0.5)
    refuses("F.convolution_nd: x has 2 axes, wanted 3 to 6", F.convolution_nd, dg.ones(1, 1), W)
    refuses("unknown option \"strides\"", F.convolution_2d, x, W, { strides = 1 })
    refuses("deconvolution: outsize 8 along axis 3 does not go with size 4 of x",
      F.deconvolution_2d, x, W, { outsize = 8 })
    refuses("deconvolution: the size of axis 3 would be -1", F.deconvolution_2d, x, W, nil, 1, 3)
    refuses("F.depthwise_convolution_2d: W is (1, 2, 2, 2), wanted multiplier x 1 x kh x kw",
      F.depthwise_convolution_2d, x, dg.ones(1, 2, 2, 2))
  end)

  it("refuses outputs that no memory could hold", function()
    refuses("deconvolution: ", F.deconvolution_2d, dg.zeros(1, 1, 2, 2), W, { stride = 2 ^ 30 })
  end)
end)
