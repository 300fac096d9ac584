local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F, L = dg.F, dg.links

--- The battery for one of them on inputs of these shapes; `empty` and `bad` are lists of layouts.
local function case(name, f, shapes, others)
  local fields = {
    f = f,
    inputs = function(r)
      local xs = {}
      for i, shape in ipairs(shapes) do xs[i] = r(-0.9, 0.9, shape) end
      return xs
    end,
    shapes = { {} }, elementwise = false, nan = "some", error_name = "F." .. name:match "^%S+",
  }
  for key, value in pairs(others) do fields[key] = value end
  op_case(name, fields)
end

case("spatial_transformer_grid", function(theta)
  return F.spatial_transformer_grid(theta, { 2, 3 })
end, { { 2, 2, 3 } }, {
  layouts = { { { 0, 2, 3 } } }, bad_shapes = { { { 2, 3, 2 } }, { { 2, 3 } } },
})
case("spatial_transformer_grid of one element", function(scale)
  local theta = F.broadcast_to(F.reshape(scale, { 1, 1, 1 }), { 1, 2, 3 })
  return F.spatial_transformer_grid(theta, 1)
end, { { 1 } }, { nan = "all", known = { { { 2 }, { { { { -2 } }, { { -2 } } } } } } })

local SAMPLED = { { 2, 2, 3, 4 }, { 2, 2, 2, 3 } }
case("spatial_transformer_sampler", F.spatial_transformer_sampler, SAMPLED, {
  layouts = {
    { { 0, 2, 3, 4 }, { 0, 2, 2, 2 } }, { { 1, 0, 3, 4 }, { 1, 2, 2, 2 } },
    { { 1, 1, 0, 2 }, { 1, 2, 2, 2 } }, { { 1, 1, 2, 2 }, { 1, 2, 0, 2 } },
    { { 1, 1, 1, 1 }, { 1, 2, 1, 1 } },
  },
  bad_shapes = {
    { { 2, 3, 4 }, { 2, 2, 2, 3 } }, { { 2, 2, 3, 4 }, { 1, 2, 2, 3 } },
    { { 2, 2, 3, 4 }, { 2, 3, 2, 2 } },
  },
  known = {
    { { { { { 1, 3 }, { 5, 7 } } } }, { { { { -1, 0, 1, 0, 2 } }, { { -1, 0, 1, -1, 0 } } } },
      { { { { 1, 4, 7, 2, 2.5 } } } } },
  },
})

case("shift", F.shift, { { 2, 10, 2, 3 } }, {
  layouts = { { { 0, 9, 2, 2 } }, { { 1, 9, 0, 2 } } },
  bad_shapes = { { { 2, 8, 2, 3 } }, { { 9, 9 } } },
})
case("shift of one element", function(x) return F.shift(x, 1) end, { { 1, 1, 1, 1 } },
  { bad_shapes = { { { 1, 0, 1, 1 } } } })

case("local_convolution_2d", F.local_convolution_2d,
  { { 2, 2, 3, 3 }, { 2, 1, 2, 2, 2, 3 }, { 2, 2, 1 } }, {
    layouts = {
      { { 0, 2, 3, 3 }, { 2, 1, 2, 2, 2, 3 }, { 2, 2, 1 } },
      { { 1, 0, 2, 2 }, { 1, 1, 1, 0, 2, 2 }, { 1, 1, 1 } },
      { { 1, 1, 1, 1 }, { 1, 1, 1, 1, 1, 1 }, { 1, 1, 1 } },
    },
    bad_shapes = {
      { { 2, 2, 3 }, { 2, 1, 2, 2, 2, 3 }, { 2, 2, 1 } },
      { { 2, 1, 3, 3 }, { 2, 1, 2, 2, 2, 3 }, { 2, 2, 1 } },
      { { 2, 2, 2, 3 }, { 2, 1, 2, 2, 2, 3 }, { 2, 2, 1 } },
      { { 2, 2, 3, 3 }, { 2, 1, 2, 2, 2, 3 }, { 2, 1, 2 } },
    },
    half = 2,
  })

case("deformable_convolution_2d_sampler", function(x, offset, W, b)
  return F.deformable_convolution_2d_sampler(x, offset, W, b, 2, 1)
end, { { 1, 2, 3, 3 }, { 1, 4, 2, 3 }, { 2, 2, 1, 2 }, { 2 } }, {
  layouts = {
    { { 0, 2, 3, 3 }, { 0, 4, 2, 3 }, { 2, 2, 1, 2 }, { 2 } },
    { { 1, 1, 2, 2 }, { 1, 2, 0, 3 }, { 1, 1, 1, 1 }, { 1 } },
    { { 1, 1, 1, 1 }, { 1, 2, 1, 1 }, { 1, 1, 1, 1 }, { 1 } },
  },
  bad_shapes = {
    { { 1, 2, 3 }, { 1, 4, 2, 3 }, { 2, 2, 1, 2 }, { 2 } },
    { { 1, 2, 3, 3 }, { 1, 5, 2, 3 }, { 2, 2, 1, 2 }, { 2 } },
    { { 1, 2, 3, 3 }, { 2, 4, 2, 3 }, { 2, 2, 1, 2 }, { 2 } },
    { { 1, 2, 3, 3 }, { 1, 4, 2, 3 }, { 2, 1, 1, 2 }, { 2 } },
    { { 1, 2, 3, 3 }, { 1, 4, 2, 3 }, { 2, 2, 1, 2 }, { 1 } },
  },
  half = 2,
})

describe("spatial", function()
  local close = dg.gradient_check.assert_allclose
  local x = dg.randn({ 2, 3, 5, 4 }, "float64")

  it("samples the image itself on the grid of the identity", function()
    local theta = dg.tensor({ { { 1, 0, 0 }, { 0, 1, 0 } } }, "float64"):broadcast_to { 2, 2, 3 }
    local grid = F.spatial_transformer_grid(theta, { 5, 4 })
    assert.same({ 2, 2, 5, 4 }, grid.shape)
    close(F.spatial_transformer_sampler(x, grid), x, 1e-12, 0)
    assert.same({ 2, 2, 3, 3 }, F.spatial_transformer_grid(theta, 3).shape)
  end)

  it("samples zeros far outside, whatever the image has, and NaN at NaN", function()
    local image = dg.full({ 1, 1, 2, 2 }, 0 / 0, "float64")
    local far = { 9, -9, 1e300, -1e300, math.huge, -math.huge }
    local y = F.spatial_transformer_sampler(image, dg.tensor({ { { far }, { far } } }, "float64"))
    assert.same({ 0, 0, 0, 0, 0, 0 }, y:flatten():totable())
    local nowhere = dg.full({ 1, 2, 1, 1 }, 0 / 0, "float64")
    local found = F.spatial_transformer_sampler(dg.ones({ 1, 1, 2, 2 }, "float64"), nowhere):item()
    assert.is_true(found ~= found)
  end)

  it("finds columns that float16 does not count", function()
    local wide = F.broadcast_to(dg.arange(0, 4096, 1, "float32") % 2, { 1, 1, 1, 4096 })
    local grid = dg.tensor({ { { { -1, 1 } }, { { -1, -1 } } } }, "float16")
    local y = F.spatial_transformer_sampler(F.cast(wide, "float16"), grid)
    assert.same({ 0, 1 }, y:flatten():totable())
  end)

  it("shifts groups of channels by the elements of a window, the last one not", function()
    local one = dg.zeros(1, 9, 3, 3)
    one[{ {}, {}, 2, 2 }] = 1
    local y, seen = F.shift(one), {}
    for c = 1, 9 do
      for row = 1, 3 do
        for column = 1, 3 do
          if y[{ 1, c, row, column }]:item() == 1 then seen[c] = row .. column end
        end
      end
    end
    assert.same({ "11", "12", "13", "21", "33", "23", "31", "32", "22" }, seen)
    assert.same(F.shift(one, 3, 1):totable(), y:totable())
    assert.same(F.flip(F.flip(y, 3), 4):totable(), F.shift(one, { dilate = -1 }):totable())
    assert.equal(1, F.shift(one, { dilate = 9 }):sum():item())
  end)

  it("convolves as convolution_2d where all places have the same filters", function()
    local W, b = dg.randn({ 2, 3, 3, 2 }, "float64"), dg.randn({ 2 }, "float64")
    local wanted = F.convolution_2d(x, W, nil, { 2, 1 })
    local everywhere = F.broadcast_to(W, { 2, 3, 2, 3, 3, 2 })
    close(F.local_convolution_2d(x, everywhere, nil, { 2, 1 }), wanted, 1e-12, 1e-12)
    local by_place = F.broadcast_to(b:reshape { 2, 1, 1 }, { 2, 2, 3 })
    close(F.local_convolution_2d(x, everywhere, by_place, { stride = { 2, 1 } }),
      F.convolution_2d(x, W, b, { 2, 1 }), 1e-12, 1e-12)
    local usual = F.local_convolution_2d(x, dg.zeros({ 3, 3, 2, 3, 3, 2 }, "float64"))
    assert.same({ 2, 2, 3, 3 }, usual.shape)
  end)

  it("convolves as convolution_2d where filters do not bend", function()
    local W, b = dg.randn({ 2, 3, 3, 2 }, "float64"), dg.randn({ 2 }, "float64")
    for _, window in ipairs { { 1, 0 }, { { 2, 1 }, { 1, 2 } } } do
      local wanted = F.convolution_2d(x, W, b, window[1], window[2])
      local straight = dg.zeros({ 2, 12, wanted.shape[3], wanted.shape[4] }, "float64")
      local all = F.deformable_convolution_2d_sampler(x, straight, W, b, window[1], window[2])
      close(all, wanted, 1e-12, 1e-12)
      local without = F.deformable_convolution_2d_sampler(x, straight, W, nil, { stride = window[1],
        pad = window[2] })
      close(without + b:reshape { 2, 1, 1 }, wanted, 1e-12, 1e-12)
    end
    local defaults = F.deformable_convolution_2d_sampler(x, dg.zeros({ 2, 12, 3, 3 }, "float64"), W)
    close(defaults, F.convolution_2d(x, W), 1e-12, 1e-12)
  end)

  it("takes 16 bits beside float32 under autocast, and samples in float32", function()
    local image = dg.Variable(dg.randn(2, 2, 5, 5))
    local theta = dg.tensor { { 1, 0.5, 0 }, { 0, 1, 0.25 } }
    local model = dg.ChainList(L.Convolution2D(2, 2, 1), L.LocalConvolution2D(2, 2, { in_size = 5,
      ksize = 2 }), L.DeformableConvolution2D(2, 3, 3, { deform_initialW = 0.5 }))
    local function run()
      local seen = model[1](image)
      local bent, own = model[3](image), model[2](seen)
      local places = F.broadcast_to(F.cast(theta, seen.dtype), { 2, 2, 3 })
      local grid = F.spatial_transformer_grid(places, 4)
      return { own, bent, model[3](seen), grid, F.spatial_transformer_sampler(seen, grid),
        F.simplified_dropconnect(seen, dg.ones(3, 50), dg.ones(3), 0) }
    end
    local wanted, ys = run(), dg.autocast("bfloat16", run)
    local dtypes, loss = {}, 0
    for i, y in ipairs(ys) do
      dtypes[i], loss = y.dtype, loss + F.sum(F.cast(y, "float32"))
      close(F.cast(y, "float32"), wanted[i], 0.5, 0.05)
    end
    assert.same({ "bfloat16", "float32", "float32", "float32", "float32", "bfloat16" }, dtypes)
    model:cleargrads()
    loss:backward()
    for param in model:params() do assert.equal("float32", param.grad.dtype) end
    assert.equal("float32", image.grad.dtype)
    local wide = F.cast(theta:reshape { 1, 2, 3 }, "float32")
    local exact = F.spatial_transformer_grid(wide, 300)
    assert.same(exact[{ 1, 1, 7 }]:totable(), dg.autocast("bfloat16", function()
      return F.spatial_transformer_grid(wide, 300)
    end)[{ 1, 1, 7 }]:totable())
  end)

  it("names the axes of what has none, and shifts by more than there is", function()
    local ok, message = pcall(F.spatial_transformer_grid, dg.tensor(1), 2)
    assert.is_false(ok)
    assert.truthy(message:find("theta is (), wanted batch x 2 x 3", 1, true), message)
    local y = F.shift(dg.ones(1, 9, 2, 2), 3, 2 ^ 40)
    assert.equal(4, y:sum():item())
  end)

  it("bends filters to the right with the first channels, down with the others", function()
    local image = dg.arange(0, 16, 1, "float64"):reshape { 1, 1, 4, 4 }
    local offset = dg.tensor({ 0.5, 2 }, "float64"):reshape { 1, 2, 1, 1 }
    local y = F.deformable_convolution_2d_sampler(image, offset, dg.ones({ 1, 1, 1, 1 }, "float64"))
    assert.equal(8.5, y:item())
  end)
end)
