local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

--- The battery for one of them, on inputs of one shape, without a batch, and with an axis less.
local function case(name, f, shape, error_name, bad)
  op_case(name, {
    f = f,
    inputs = function(r) return { r(-2, 2, shape) } end,
    shapes = { {} },
    layouts = { { { 0, unpack(shape, 2) } } },
    bad_shapes = { bad or { { unpack(shape, 2) } } },
    elementwise = false,
    nan = "some",
    error_name = error_name,
  })
end

local function with(f, ...)
  local arguments = { ... }
  return function(x) return f(x, unpack(arguments, 1, 6)) end
end

case("max_pooling_1d", with(F.max_pooling_1d, 2, 1), { 2, 1, 5 }, "max_pooling")
case("max_pooling_2d", with(F.max_pooling_2d, { 2, 3 }, { 1, 2 }, 1), { 2, 2, 3, 4 },
  "max_pooling")
case("max_pooling_3d", with(F.max_pooling_3d, 2, { pad = 1, cover_all = false }),
  { 1, 2, 2, 3, 2 }, "max_pooling")
case("max_pooling_nd", with(F.max_pooling_nd, 2, 1), { 1, 1, 2, 3, 2, 2 }, "max_pooling",
  { { 1, 1, 2, 0 } })
case("average_pooling_1d", with(F.average_pooling_1d, 3, 2, 1), { 2, 1, 5 }, "average_pooling")
case("average_pooling_2d", with(F.average_pooling_2d, 2, 1, { 0, 1 }), { 2, 2, 3, 3 },
  "average_pooling")
case("average_pooling_3d", with(F.average_pooling_3d, 2, { pad = 1, pad_value = false }),
  { 1, 2, 2, 3, 2 }, "average_pooling")
case("average_pooling_nd", with(F.average_pooling_nd, 2, 1, 0, false), { 1, 2, 4 },
  "average_pooling", { { 1, 2, 0 } })
case("unpooling_1d", with(F.unpooling_1d, 3, 2), { 2, 1, 3 }, "unpooling")
case("unpooling_2d", with(F.unpooling_2d, { 2, 3 }, { cover_all = false }), { 1, 2, 2, 3 },
  "unpooling")
case("unpooling_3d", with(F.unpooling_3d, 2, 1, { outsize = { 3, 2, 3 } }), { 1, 1, 2, 1, 2 },
  "unpooling")
case("unpooling_nd", with(F.unpooling_nd, 2, 2, 1), { 1, 2, 3 }, "unpooling",
  { { 1, 2 }, error_name = "F.unpooling_nd" })
case("adaptive_avg_pool1d", with(F.adaptive_avg_pool1d, 3), { 2, 1, 5 }, "average_pooling")
case("adaptive_avg_pool2d", with(F.adaptive_avg_pool2d, { 2, 3 }), { 1, 2, 3, 4 },
  "average_pooling")
case("adaptive_avg_pool3d", with(F.adaptive_avg_pool3d, 2), { 1, 1, 3, 2, 1 }, "average_pooling")
case("adaptive_max_pool1d", with(F.adaptive_max_pool1d, 3), { 2, 1, 5 }, "max_pooling")
case("adaptive_max_pool2d", with(F.adaptive_max_pool2d, { 2, 3 }), { 1, 2, 3, 4 }, "max_pooling")
case("adaptive_max_pool3d", with(F.adaptive_max_pool3d, 2), { 1, 1, 3, 2, 1 }, "max_pooling")
case("spatial_pyramid_pooling_2d", with(F.spatial_pyramid_pooling_2d, 2), { 2, 2, 3, 5 },
  "max_pooling", { { 2, 3, 5 }, error_name = "F.spatial_pyramid_pooling_2d" })
case("upsampling_2d", function(x)
  local indices = dg.tensor({ { { { 1, 4 }, { 9, 4 } } } }, "int32")
  if x.ndim > 0 and x:dim(1) == 0 then indices = dg.zeros({ 0, 1, 2, 2 }, "int32") end
  return F.upsampling_2d(x, indices, 2, 2, 0, { 3, 3 })
end, { 1, 1, 2, 2 }, "upsampling")
case("upsampling_2d of one element", function(x)
  return F.upsampling_2d(x, dg.ones({ x.size, 1, 1, 1 }, "int32"), 1)
end, { 1, 1, 1, 1 }, "upsampling")

for kind, error_name in pairs {
  max_pooling = "max_pooling", average_pooling = "average_pooling", unpooling = "unpooling",
  adaptive_avg_pool = "average_pooling", adaptive_max_pool = "max_pooling",
} do
  for axes = 1, 3 do
    local name = kind .. axes .. "d"
    if not F[name] then name = ("%s_%dd"):format(kind, axes) end
    local ones = { 1, 1, 1, axes > 1 and 1 or nil, axes > 2 and 1 or nil }
    case(name .. " of one element", with(F[name], 1), ones, error_name)
    if axes == 1 and F[kind .. "_nd"] then
      case(kind .. "_nd of one element", with(F[kind .. "_nd"], 1), ones, error_name,
        { { 1, 1 }, error_name = ("F.%s_nd"):format(kind) })
    end
  end
end
case("spatial_pyramid_pooling_2d of one element", with(F.spatial_pyramid_pooling_2d, 1),
  { 1, 1, 1, 1 }, "max_pooling", { { 1 }, error_name = "F.spatial_pyramid_pooling_2d" })

describe("pooling", function()
  local x = dg.tensor { { { { 1, 5, 3 }, { 4, 2, 6 }, { 9, 8, 7 } } } }

  local function refuses(text, f, ...)
    local ok, message = pcall(f, ...)
    assert.is_false(ok)
    assert.truthy(message:find(text, 1, true), message)
  end

  it("has Chainer's defaults", function()
    assert.same({ { { { 5, 6 }, { 9, 7 } } } }, F.max_pooling_2d(x, 2):totable())
    assert.same({ { { { 5 } } } }, F.max_pooling_2d(x, 2, nil, 0, false):totable())
    assert.same({ { { { 5, 6 }, { 9, 8 } } } }, F.max_pooling_2d(x, 2, 1):totable())
    assert.same({ { { { 3 } } } }, F.average_pooling_2d(x, 2):totable())
    assert.same({ { { { 0.25, 2 }, { 3.25, 5.75 } } } },
      F.average_pooling_2d(x, 2, 2, 1):totable())
    assert.same({ { { { 1, 4 }, { 6.5, 5.75 } } } },
      F.average_pooling_2d(x, 2, 2, 1, { pad_value = false }):totable())
    assert.same({ { { 1, 1, 2 } } }, F.unpooling_1d(dg.tensor { { { 1, 2 } } }, 2):totable())
    assert.same({ { { 1, 1, 2, 2 } } },
      F.unpooling_1d(dg.tensor { { { 1, 2 } } }, 2, { cover_all = false }):totable())
  end)

  it("tells where the maxima are, counted from 1", function()
    local y, indices = F.max_pooling_2d(x, 2, { return_indices = true })
    assert.same({ { { { 2, 6 }, { 7, 9 } } } }, indices:totable())
    assert.equal("int32", indices.dtype)
    assert.is_false(indices.requires_grad)
    assert.same({ { { { 0, 5, 0 }, { 0, 0, 6 }, { 9, 0, 7 } } } },
      F.upsampling_2d(y, indices, 2):totable())
    local _, places = F.adaptive_max_pool2d(x, 1, true)
    assert.same({ { { { 7 } } } }, places:totable())
  end)

  it("differentiates maxima beside their places", function()
    local v = dg.Variable(x)
    local y = F.max_pooling_2d(v, 2, { return_indices = true })
    y:sum():backward()
    assert.same({ { { { 0, 1, 0 }, { 0, 0, 1 }, { 1, 0, 1 } } } }, v.grad:totable())
  end)

  it("gives a gradient to the first of equals", function()
    local v = dg.Variable(dg.full({ 1, 1, 2, 2 }, -math.huge))
    F.max_pooling_2d(v, 2):sum():backward()
    assert.same({ { { { 1, 0 }, { 0, 0 } } } }, v.grad:totable())
  end)

  it("lets NaN win", function()
    for place = 1, 4 do
      local list = { 1, 2, 3, 4 }
      list[place] = 0 / 0
      local y, at = F.max_pooling_2d(dg.tensor(list):reshape { 1, 1, 2, 2 }, 2,
        { return_indices = true })
      assert.is_true(y:item() ~= y:item())
      assert.equal(place, at:item())
    end
  end)

  it("finds the first of equals, and NaN, in adaptive windows of every size", function()
    local inf = math.huge
    for _, size in ipairs { { 7, 9, 3, 4 }, { 5, 6, 5, 1 }, { 2, 3, 4, 5 }, { 2, 1100, 1, 7 } } do
      local h, w, rows, columns = unpack(size)
      local list = {}
      for i = 1, h * w do list[i] = ({ 1, 2, -inf, 0 / 0, 2, 1, 2 })[1 + i * i * 31 % 7] end
      if w == 9 then for i = 1, 27 do list[i] = -inf end end
      local y, at = F.adaptive_max_pool2d(dg.tensor(list):reshape { 1, 1, h, w },
        { rows, columns }, true)
      local mean = F.adaptive_avg_pool2d(dg.arange(h * w):reshape { 1, 1, h, w }, { rows, columns })
      for r = 1, rows do
        for c = 1, columns do
          local best, place, sum, count = nil, nil, 0, 0
          for i = math.floor((r - 1) * h / rows) + 1, math.ceil(r * h / rows) do
            for k = math.floor((c - 1) * w / columns) + 1, math.ceil(c * w / columns) do
              local v = list[(i - 1) * w + k]
              if not best or best == best and (v ~= v or v > best) then
                best, place = v, (i - 1) * w + k
              end
              sum, count = sum + (i - 1) * w + k - 1, count + 1
            end
          end
          local got = y[{ 1, 1, r, c }]:item()
          assert.equal(place, at[{ 1, 1, r, c }]:item())
          assert.is_true(got == best or got ~= got and best ~= best)
          assert.near(sum / count, mean[{ 1, 1, r, c }]:item(), 1e-5 * sum / count)
        end
      end
    end
  end)

  it("has minus infinity and no place for a window in the padding", function()
    local v = dg.Variable { { { 1, 2, 3, 4, 5 } } }
    local y, at = F.max_pooling_1d(v, 1, 3, { return_indices = true })
    assert.same({ { { 1, 4, -math.huge } } }, y:totable())
    assert.same({ { { 1, 4, 0 } } }, at:totable())
    y:sum():backward()
    assert.same({ { { 1, 0, 0, 1, 0 } } }, v.grad:totable())
    local mean = F.average_pooling_1d(dg.ones(1, 1, 2), 1, 1, 1, false)[{ 1, 1, 1 }]:item()
    assert.is_true(mean ~= mean)
  end)

  it("takes empty batches and channels", function()
    assert.same({ 0, 2, 2, 2 }, F.max_pooling_2d(dg.zeros(0, 2, 4, 4), 2).shape)
    assert.same({ 2, 0, 2, 2 }, F.average_pooling_2d(dg.zeros(2, 0, 4, 4), 2).shape)
    assert.same({ 0, 2, 3 }, F.unpooling_1d(dg.zeros(0, 2, 2), 2).shape)
    assert.same({ 0, 10, 1, 1 }, F.spatial_pyramid_pooling_2d(dg.zeros(0, 2, 4, 4), 2).shape)
  end)

  it("gives the same whatever the number of threads", function()
    local images, threads = dg.randn(8, 16, 20, 20), dg.get_num_threads()
    local function results()
      local v = dg.Variable(images)
      local a, b = F.max_pooling_2d(v, 3, 2), F.average_pooling_2d(v, 3, 2, 1);
      (a:sum() + b:sum()):backward()
      return { a, b, v.grad }
    end
    dg.set_num_threads(1)
    local alone = results()
    dg.set_num_threads(3)
    local together = results()
    dg.set_num_threads(threads)
    for i = 1, 3 do assert.equal(0, alone[i]:ne(together[i]):sum():item()) end
  end)

  it("names what does not fit", function()
    refuses("max_pooling: a window of 4 does not fit axis 3, which is 3 with padding",
      F.max_pooling_2d, x, 4, 1)
    refuses("max_pooling: x is 1x1x3x3, wanted 5 axes", F.max_pooling_3d, x, 2)
    refuses("max_pooling: a window's size is 0, wanted 1 to", F.max_pooling_2d, x, 0)
    refuses("average_pooling: a pad is -1, wanted 0 to", F.average_pooling_2d, x, 2, 2, -1)
    refuses("F.max_pooling_2d: ksize is missing", F.max_pooling_2d, x)
    refuses("F.average_pooling_2d: pad_value is 0, or false for none, not 1", F.average_pooling_2d,
      x, 2, { pad_value = 1 })
    refuses("unpooling: outsize 9 along axis 3 does not go with size 3 of x", F.unpooling_2d, x, 2,
      2, 0, 9)
    refuses("upsampling: index 10 (element 1) is not one of 1 to 9", F.upsampling_2d,
      dg.ones(1, 1, 1, 1), dg.full({ 1, 1, 1, 1 }, 10, "int32"), 3, { outsize = 3 })
    refuses("upsampling: wanted indices of int32, int64 or uint8, got float32", F.upsampling_2d, x,
      x, 2)
    refuses("upsampling: x is 1x1x3x3 and the indices 1x1x2, wanted 4 axes of one shape",
      F.upsampling_2d, x, dg.zeros({ 1, 1, 2 }, "int32"), 2)
    refuses("F.adaptive_avg_pool2d: output_size is missing", F.adaptive_avg_pool2d, x)
    refuses("adaptive_max_pooling: an outsize is 0", F.adaptive_max_pool2d, x, 0)
    refuses("max_pooling: a window of 0 does not fit axis 3", F.adaptive_max_pool2d,
      dg.zeros(1, 1, 0, 2), 1)
    refuses("F.spatial_pyramid_pooling_2d: pooling must be \"max\", got \"mean\"",
      F.spatial_pyramid_pooling_2d, x, 1, "mean")
    refuses("F.spatial_pyramid_pooling_2d: wanted x with 4 axes and a pyramid_height from 1",
      F.spatial_pyramid_pooling_2d, x, 0)
  end)
end)
