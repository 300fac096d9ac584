local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local ROIS = { { 0.2, 0.7, 2.6, 3.9 }, { 1, -1, 2, 2 }, { 7, 7, 9, 9 } }
local WHOLE = { { 0, 0, 1, 1 } } -- of an image of one element
local NUMBERED = { { 2, 0.2, 0.7, 3.9, 2.6 }, { 1, -1, 1, 2, 2 }, { 1, 7, 7, 9, 9 } }

--- The battery for one of them, with the regions above, of one element where `single`.
local function case(name, f, single)
  local fields = {
    f = function(x)
      return f(x, dg.tensor(single and WHOLE or ROIS, { dtype = "float64", device = x.device }),
        dg.tensor(single and { 1 } or { 2, 1, 1 }, { dtype = "int32", device = x.device }))
    end,
    inputs = function(r) return { r(-2, 2, { 2, 2, 4, 5 }) } end,
    shapes = { {} }, layouts = { { { 2, 0, 4, 5 } }, { { 2, 1, 0, 5 } }, { { 2, 1, 2, 0 } } },
    bad_shapes = { { { 4, 5 } }, { { 0, 2, 4, 5 } } },
    elementwise = false, nan = "some", error_name = "F." .. name:match "^%S+", half = 2,
  }
  if single then
    fields.inputs = function(r) return { r(-2, 2, { 1, 1, 1, 1 }) } end
    fields.layouts = {}
  end
  op_case(name, fields)
end

for _, name in ipairs { "roi_max_pooling_2d", "roi_average_pooling_2d", "roi_max_align_2d",
  "roi_average_align_2d" } do
  local function f(x, rois, images) return F[name](x, rois, images, { 2, 3 }, 0.9) end
  case(name, f)
  case(name .. " of one element", f, true)
end

local function numbered(x)
  local rois = dg.tensor(NUMBERED, { dtype = "float64", device = x.device })
  return F.roi_pooling_2d(x, rois, 2, 3, 0.9)
end
case("roi_pooling_2d", numbered)
case("roi_pooling_2d of one element", function(x)
  return F.roi_pooling_2d(x, dg.tensor({ { 1, 0, 0, 0, 0 } }, { device = x.device }), 2, 1, 1)
end, true)

describe("regions of interest", function()
  local x = dg.arange(0, 24, 1, "float64"):reshape { 1, 1, 4, 6 }
  local one = dg.tensor({ 1 }, "int32")

  local function box(...) return dg.tensor({ { ... } }, "float64") end

  local function refuses(text, f, ...)
    local ok, message = pcall(f, ...)
    assert.is_false(ok)
    assert.truthy(message:find(text, 1, true), message)
  end

  it("are divided into bins that share the elements at their borders", function()
    assert.same({ { { { 8, 9, 10 }, { 14, 15, 16 } } } },
      F.roi_max_pooling_2d(x, box(0, 1, 3, 5), one, { 2, 3 }, 1):totable())
    assert.same({ { { { 4.5, 5.5, 6.5 }, { 10.5, 11.5, 12.5 } } } },
      F.roi_average_pooling_2d(x, box(0, 1, 3, 5), one, { 2, 3 }, 1):totable())
  end)

  it("have the last row and column as well in roi_pooling_2d, and their image", function()
    assert.same({ { { { 9, 11 }, { 21, 23 } } } },
      F.roi_pooling_2d(x, box(1, 2, 0, 5, 3), 2, 2, 1):totable())
    refuses("F.roi_pooling_2d: roi 1 is of image 0, wanted 1 to 1", F.roi_pooling_2d, x,
      box(0, 2, 0, 5, 3), 2, 2, 1)
  end)

  it("are scaled, and rounded to whole elements, halves to even ones", function()
    local y = F.roi_max_pooling_2d(x, box(1, 3, 5, 7), one, 1, 0.5)
    assert.equal(9, y:item()) -- rows 0 to 2, columns 2 to 4: 0.5, 1.5, 2.5 and 3.5 were rounded
  end)

  it("are sampled between elements, once for each element of their length or as told", function()
    local roi = box(0, 0, 2, 3)
    local function mean(ratio) return F.roi_average_align_2d(x, roi, one, 1, 1, ratio):item() end
    assert.equal(7.5, mean()) -- at rows 0.5, 1.5 and columns 0.5, 1.5, 2.5
    assert.equal(7.5, mean(1)) -- at row 1 and column 1.5
    assert.equal(7.5, mean { 2, 1 })
    local function most(ratio) return F.roi_max_align_2d(x, roi, one, 1, 1, ratio):item() end
    assert.equal(11.5, most())
    assert.equal(7.5, most(1))
    assert.equal(10.5, most { 2, 1 })
  end)

  it("have samples at the edge beside the image, and none further away", function()
    -- Bins of two elements around the upper edge: rows -1.5 and -0.5, of which only one counts.
    local y = F.roi_average_align_2d(x, box(-2, 0, 0, 1), one, 1, 1)
    assert.equal(0.25, y:item())
    assert.equal(0.5, F.roi_max_align_2d(x, box(-2, 0, 0, 1), one, 1, 1):item())
    assert.equal(0, F.roi_max_align_2d(-x - 1, box(-9, -9, -7, -7), one, 1, 1):item())
    assert.equal(0, F.roi_average_align_2d(x, box(-9, -9, -7, -7), one, 1, 1):item())
  end)

  it("may be much larger than the image", function()
    local huge = box(-1e9, -1e9, 1e9, 1e9)
    assert.equal(23, F.roi_max_align_2d(x, huge, one, 1, 1):item())
    assert.equal(23, F.roi_max_pooling_2d(x, huge, one, 1, 1):item())
    assert.equal(11.5, F.roi_average_pooling_2d(x, huge, one, 1, 1):item())
    refuses("F.roi_max_align_2d: roi 1 is at -1e+10, wanted at most 2^31", F.roi_max_align_2d, x,
      huge, one, 1, 10)
    refuses("roi 1 is at nan", F.roi_max_align_2d, x, box(0, 0, 0 / 0, 1), one, 1, 1)
  end)

  it("give the whole gradient to the first of equal elements", function()
    local flat = dg.Variable(dg.ones({ 1, 1, 4, 6 }, "float64"))
    for _, f in ipairs { F.roi_max_pooling_2d, F.roi_max_align_2d } do
      local g = dg.grad({ f(flat, box(0, 0, 2, 2), one, 1, 1):sum() }, { flat })[1]
      assert.equal(1, g:sum():item())
      assert.is_true(g[{ 1, 1, 1, 1 }]:item() > 0)
    end
  end)

  it("have maxima beside infinite elements", function()
    local edge = dg.tensor({ 1, -math.huge, 2, math.huge }, "float64"):reshape { 1, 1, 1, 4 }
    assert.equal(2, F.roi_max_pooling_2d(edge, box(0, 0, 1, 3), one, 1, 1):item())
  end)

  it("may be none, of whole numbers, and of images in any order", function()
    local none = dg.zeros(0, 4)
    for _, name in ipairs { "roi_max_pooling_2d", "roi_average_align_2d" } do
      local y = F[name](x, none, dg.zeros({ 0 }, "int32"), { 2, 3 }, 1)
      assert.same({ 0, 1, 2, 3 }, y.shape)
      assert.equal("float64", y.dtype)
    end
    local pair = F.concat({ x, x + 100 }, 1)
    local rois = dg.tensor({ { 0, 0, 1, 1 }, { 0, 1, 1, 2 }, { 0, 2, 1, 3 } }, "int64")
    for _, name in ipairs { "roi_max_pooling_2d", "roi_average_pooling_2d" } do
      local y = F[name](pair, rois, dg.tensor({ 2, 1, 2 }, "uint8"), 1, 1)
      assert.same({ 100, 1, 102 }, y:flatten():totable())
    end
  end)

  it("give x a gradient of zeros where there are none", function()
    local leaf, none = dg.Variable(x:copy()), dg.zeros({ 0 }, "int32")
    for _, y in ipairs {
      F.roi_max_pooling_2d(leaf, dg.zeros(0, 4), none, { 2, 9 }, 1),
      F.roi_average_align_2d(leaf, dg.zeros(0, 4), none, { 2, 9 }, 1),
      F.roi_pooling_2d(leaf, dg.zeros(0, 5), 2, 9, 1),
    } do
      assert.same({ 0, 1, 2, 9 }, y.shape)
      leaf:cleargrad()
      y:sum():backward()
      assert.same(dg.zeros({ 1, 1, 4, 6 }):totable(), leaf.grad:totable())
    end
  end)

  it("have means in float32 under autocast", function()
    local fine = dg.tensor({ 1.001, 1.002, 1.003, 1.004 }, "float32"):reshape { 1, 1, 2, 2 }
    for _, name in ipairs { "roi_average_pooling_2d", "roi_average_align_2d" } do
      local wanted = F[name](fine, box(0, 0, 2, 2), one, 1, 1):item()
      local y = dg.autocast("bfloat16", F[name], fine, box(0, 0, 2, 2), one, 1, 1)
      assert.equal("float32", y.dtype)
      assert.equal(wanted, y:item())
    end
  end)

  it("are compared in parts where there are many, with the same result #long", function()
    local wide = dg.randn({ 1, 4096, 8, 8 }, "float32")
    local list = {}
    for i = 1, 70 do list[i] = { 0, 0, 8 - i % 3, 8 } end
    local rois = dg.tensor(list, "float32")
    local images = dg.ones({ 70 }, "int32")
    local y = F.roi_max_pooling_2d(wide, rois, images, 1, 1) -- 64 x 4096 elements in each
    local last = F.roi_max_pooling_2d(wide, rois[{ { 70, 70 } }], images[{ { 70, 70 } }], 1, 1)
    assert.same(last:flatten():totable(), y[70]:flatten():totable())
    assert.same(wide:max { 3, 4 }:flatten():totable(), y[3]:flatten():totable())
  end)

  it("name what does not fit", function()
    local rois = box(0, 0, 1, 1)
    refuses("F.roi_max_pooling_2d: rois are 1x3, wanted regions x 4", F.roi_max_pooling_2d, x,
      box(0, 0, 1), one, 1, 1)
    refuses("F.roi_max_pooling_2d: roi_indices are 2, wanted 1", F.roi_max_pooling_2d, x, rois,
      dg.ones({ 2 }, "int32"), 1, 1)
    refuses("F.roi_max_pooling_2d: roi_indices are float32, wanted integers",
      F.roi_max_pooling_2d, x, rois, dg.ones(1), 1, 1)
    refuses("F.roi_max_pooling_2d: roi 1 is of image 2, wanted 1 to 1",
      F.roi_max_pooling_2d, x, rois, one + 1, 1, 1)
    refuses("F.roi_max_pooling_2d: rois are bool, wanted numbers", F.roi_max_pooling_2d, x,
      rois:to "bool", one, 1, 1)
    refuses("F.roi_pooling_2d: rois are bool, wanted numbers", F.roi_pooling_2d, x,
      dg.ones({ 1, 5 }, "bool"), 1, 1, 1)
    refuses("F.roi_max_align_2d: sampling_ratio is 1.5, wanted whole numbers above 0",
      F.roi_max_align_2d, x, rois, one, 1, 1, { sampling_ratio = { 1, 1.5 } })
  end)
end)
