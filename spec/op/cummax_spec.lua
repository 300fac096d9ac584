local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("cummax", {
  f = function(x) return (F.cummax(x, -1)) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  dtypes = { "int32", "int64" },
  taken = { float32 = true, float64 = true, uint8 = true, bool = true },
  nan = "some",
  known = {
    { { 1, 3, 2, 3, 5 }, { 1, 3, 3, 3, 5 } },
    { { -1 / 0, -2, 0 / 0, 7 }, { -1 / 0, -2, 0 / 0, 0 / 0 } },
    { { 1, 250, 3 }, { 1, 250, 250 }, dtype = "uint8" },
    { { false, true, false }, { false, true, true }, dtype = "bool" },
  },
})

describe("cummax", function()
  it("tells where the last of equals is, counted from 1", function()
    local _, positions = F.cummax(dg.tensor { 1, 3, 2, 3, 3, 1 })
    assert.equal("int64", positions.dtype)
    assert.same({ 1, 2, 2, 4, 5, 5 }, positions:totable())
    _, positions = F.cummax(dg.tensor { 1, 0 / 0, 5, 0 / 0 })
    assert.same({ 1, 2, 2, 2 }, positions:totable())
  end)

  it("goes along any axis", function()
    local x = dg.tensor { { 1, 5 }, { 3, 4 } }
    local y, positions = F.cummax(x)
    assert.same({ { 1, 5 }, { 3, 5 } }, y:totable())
    assert.same({ { 1, 1 }, { 2, 1 } }, positions:totable())
    y, positions = F.cummax(x:transpose(), { axis = 2 })
    assert.same({ { 1, 3 }, { 5, 5 } }, y:totable())
    assert.same({ { 1, 2 }, { 1, 1 } }, positions:totable())
    assert.has_error(function() F.cummax(x, 3) end, "cummax: axis 3 is out of range for 2 axes")
  end)

  it("sends the gradient to what was the largest", function()
    local x = dg.Variable { 1, 3, 2, 3 }
    local y = F.cummax(x)
    F.sum(y * dg.tensor { 1, 10, 100, 1000 }):backward()
    assert.same({ 1, 110, 0, 1000 }, x.grad:totable())
  end)
end)
