local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function condition(r) return dg.tensor(r.pick { 0, 1 }, "bool") end

op_case("where", {
  f = F.where,
  inputs = function(r) return { condition(r), r(-2, 2), r(-2, 2) } end,
  broadcast = true,
  nan = "some",
  overwritten = { 1 },
  bad_dtypes = { "float32", "uint8" },
  taken = {},
  known = {
    { { true, false }, { 1, 2 }, { 3, 4 }, { 1, 4 }, dtype = { "bool", "float64", "float64" } },
    { { true, false }, { 1, 2 }, { 3, 4 }, { 1, 4 }, dtype = { "bool", "uint8", "uint8" } },
    { true, { true, false }, { false, false }, { true, false },
      dtype = { "bool", "bool", "bool" } },
  },
})

describe("where", function()
  it("gives no gradient to what it did not choose, not even NaN", function()
    local x = dg.Variable { 0, 4 }
    F.where(x:gt(0), F.sqrt(x), x):sum():backward()
    assert.equal(0.25, x.grad:totable()[2])
  end)

  it("refuses two dtypes", function()
    local a, b = dg.tensor({ 1 }, "float32"), dg.tensor({ 1 }, "float64")
    assert.has_error(function() F.where(dg.tensor { true }, a, b) end,
      "where: dtypes float32 and float64 differ (cast one of them)")
  end)
end)
