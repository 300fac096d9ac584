local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function ids(t, dtype) return dg.tensor(t, dtype or "int32") end

local LABELS, DRAWN = ids { 2, 1, 4 }, ids { { 1, 2 }, { 3, 3 }, { 4, 1 } }

for _, reduce in ipairs { "mean", "no" } do
  op_case(reduce == "mean" and "black_out" or "black_out, each", {
    f = function(x, W) return F.black_out(x, LABELS, W, DRAWN, reduce) end,
    inputs = function(r) return { r(-2, 2, { 3, 2 }), r(-2, 2, { 4, 2 }) } end,
    shapes = { {} },
    bad_shapes = { { { 3, 2 }, { 4, 3 } }, { { 2, 2 }, { 4, 2 } }, { { 3 }, { 4, 2 } } },
    elementwise = false, nan = "some",
  })
end

for _, n in ipairs { 0, 1 } do
  op_case("black_out of rows, " .. n, {
    f = function(x, W)
      return F.black_out(x, dg.ones({ n }, "int32"), W, dg.full({ n, 2 }, 2, "int32"), "no")
    end,
    inputs = function(r) return { r(-2, 2, { n, 1 }), r(-2, 2, { 2, 1 }) } end,
    shapes = { {} },
    elementwise = false, nan = n == 0 and "none" or "some",
    error_name = "black_out",
  })
end

describe("black_out", function()
  local x = dg.tensor({ { 1, 2 }, { 0, 1 }, { -1, 1 } }, "float64")
  local W = dg.tensor({ { 1, 0 }, { 0, 1 }, { 1, 1 }, { 2, -1 } }, "float64")

  it("is the mean by default, of a softmax over the right label and the drawn ones", function()
    local each = F.black_out(x, LABELS, W, DRAWN, "no")
    local a, b, c = math.exp(2), math.exp(1), math.exp(2) -- right; drawn 1, drawn 2 is right too
    local total = a + b + c
    assert.near(-math.log(a / total) - math.log(1 - b / total) - math.log(1 - c / total),
      each[1]:item(), 1e-14)
    assert.near(F.mean(each):item(), F.black_out(x, LABELS, W, DRAWN):item(), 1e-15)
  end)

  it("is exact where a wrong label is nearly sure, and where it is nearly impossible", function()
    local one = dg.ones({ 1, 1 }, "float64")
    for _, score in ipairs { 30, 300, -300 } do
      local rows = dg.tensor({ { 0 }, { score } }, "float64")
      local y = F.black_out(one, ids { 1 }, rows, ids { { 2 } })
      -- 1 - p of the only wrong one is p of the right one.
      local wanted = score > 0 and 2 * (score + math.log(1 + math.exp(-score))) or 0
      assert.near(wanted, y:item(), 1e-12)
    end
  end)

  it("is 0 where there are no others", function()
    local y = F.black_out(x, LABELS, W, dg.zeros({ 3, 0 }, "int64"), "no")
    assert.same({ 0, 0, 0 }, F.absolute(y):totable())
  end)

  it("refuses what does not fit", function()
    local function bad(text, ...)
      local args, n = { ... }, select("#", ...)
      assert.error_matches(function() F.black_out(unpack(args, 1, n)) end, "black_out: " .. text)
    end
    bad("label 5 %(element 1%) is not one of 1 to 4", x, ids { 5, 1, 1 }, W, DRAWN)
    bad("label %-1 %(element 2%) is not one of 1 to 4", x, ids { 1, -1, 1 }, W, DRAWN)
    bad("label 0 %(element 2%) is not", x, LABELS, W, ids { { 1, 0 }, { 1, 1 }, { 1, 1 } })
    bad("shapes 3x2 of x, 3 of t, 4x2 of W and 2x2 of samples do not fit", x, LABELS, W,
      ids { { 1, 1 }, { 1, 1 } })
    bad('reduce must be "mean" or "no", got "sum"', x, LABELS, W, DRAWN, "sum")
  end)
end)
