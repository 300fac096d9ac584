local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function with_channels(r) return { r(-2, 2), r(-2, 2, { 3 }) } end

op_case("scale", {
  f = F.scale,
  error_name = "mul",
  inputs = with_channels,
  shapes = { { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  usual = { 4, 3 },
  layouts = { { { 1, 1 }, { 1 } } },
  bad_shapes = { { { 4, 3 }, { 4 }, error_name = "" } },
  dtypes = { "int32", "int64", "uint8" },
  nan = "some",
  known = { { { { 1, 2 }, { 3, 4 } }, { 10, 100 }, { { 10, 200 }, { 30, 400 } } } },
})

op_case("bias", {
  f = F.bias,
  error_name = "add",
  inputs = with_channels,
  shapes = { { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  usual = { 4, 3 },
  layouts = { { { 1, 1 }, { 1 } } },
  bad_shapes = { { { 4, 3 }, { 4 }, error_name = "" } },
  dtypes = { "int32", "int64", "uint8" },
  nan = "some",
  known = { { { { 1, 2 }, { 3, 4 } }, { 10, 100 }, { { 11, 102 }, { 13, 104 } } } },
})

describe("scale and bias", function()
  local x = dg.tensor { { { 1, 2, 3 }, { 4, 5, 6 } } }

  it("begin at another axis", function()
    assert.same({ { { 11, 22, 33 }, { 14, 25, 36 } } },
      F.bias(x, dg.tensor { 10, 20, 30 }, 3):totable())
    assert.same({ { { 1, 4, 9 }, { 4, 10, 18 } } },
      F.scale(x, dg.tensor { 1, 2, 3 }, { axis = -1 }):totable())
    assert.same({ { { 3, 6, 9 }, { 12, 15, 18 } } }, F.scale(x, dg.tensor { 3 }, 1):totable())
    assert.same({ { { 2, 3, 4 }, { 5, 6, 7 } } }, F.bias(x, dg.ones(2, 3)):totable())
    assert.same({ { { 2, 3, 4 }, { 5, 6, 7 } } }, F.bias(x, dg.ones()):totable())
  end)

  it("refuse shapes that do not fit there", function()
    assert.has_error(function() F.scale(x, dg.ones(3)) end,
      "scale: shape 3 is not that of the axes from 2 on in 1x2x3")
    assert.has_error(function() F.bias(x, dg.ones(3, 1), 3) end)
    assert.has_error(function() F.bias(x, dg.ones(3), 4) end,
      "bias: axis 4 is out of range for 3 axes")
  end)
end)
