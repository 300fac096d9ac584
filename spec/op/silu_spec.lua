local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function near_zero(r) return { r(-3, 3) } end

op_case("silu", {
  f = F.silu,
  inputs = near_zero,
  overwritten = { 1 },
  known = { { { -1, 0, 1, 1000, -1000 },
    { -0.2689414213699951, 0, 0.7310585786300049, 1000, 0 } } },
})

op_case("mish", {
  f = F.mish,
  inputs = near_zero,
  overwritten = { 1 },
  known = { { { -1, 0, 1, 1000 }, { -0.30340146137410895, 0, 0.8650983882673103, 1000 } } },
})

op_case("logsigmoid", {
  f = F.logsigmoid,
  inputs = near_zero,
  overwritten = { 1 },
  known = { { { 0, 1000, -1000, -1 / 0 }, { -0.6931471805599453, 0, -1000, -1 / 0 } } },
})

op_case("swish", {
  f = F.swish,
  inputs = function(r) return { r(-2, 2), r(0.5, 2, { 3 }) } end,
  shapes = { { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  layouts = { { { 1, 1 }, { 1 } } },
  bad_shapes = { { { 4, 3 }, { 4 } } },
  error_name = "",
  usual = { 4, 3 },
  nan = "some",
  known = { { { { 1, 1 }, { -1, 2 } }, { 1, 0 }, { { 0.7310585786300049, 0.5 },
    { -0.2689414213699951, 1 } } } },
})

describe("swish", function()
  it("takes one beta for all, or one for each element of the batch", function()
    local x = dg.randn(2, 3, 4)
    local half = F.swish(x, dg.zeros())
    assert.same((x / 2):totable(), half:totable())
    assert.same((x / 2):totable(), F.swish(x, dg.zeros(3, 4)):totable())
  end)

  it("refuses a beta of another shape", function()
    assert.has_error(function() F.swish(dg.ones(2, 3), dg.ones(2)) end,
      "swish: shape 2 is not that of the axes from 2 on in 2x3")
    assert.has_error(function() F.swish(dg.ones(2, 3), dg.ones(2, 3)) end)
  end)
end)
