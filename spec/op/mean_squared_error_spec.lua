local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("mean_squared_error", {
  f = F.mean_squared_error,
  inputs = function(r) return { r(-2, 2), r(-2, 2) } end,
  known = { { { 1, 2, 3 }, { 1, 4, 0 }, 13 / 3 }, { 5, 2, 9 } },
  shapes = { {}, { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  bad_shapes = { { { 2, 3 }, { 3 } } },
  elementwise = false,
  nan = "some",
  overwritten = { 1, 2 },
})

describe("mean_squared_error", function()
  it("says what differs", function()
    local column = dg.zeros({ 2, 1 }, "float64")
    assert.error_matches(function() F.mean_squared_error(dg.zeros(2), column) end,
      "mean_squared_error: float32 2 and float64 2x1 differ")
  end)

  it("is NaN without elements and with NaN", function()
    for _, x in ipairs { dg.zeros(0), dg.tensor { 1, 0 / 0 } } do
      local y = F.mean_squared_error(x, x):item()
      assert.is_true(y ~= y)
    end
  end)
end)
