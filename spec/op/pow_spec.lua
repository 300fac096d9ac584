local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("pow", {
  f = F.pow,
  inputs = function(r) return { r(0.4, 2), r(-2, 2) } end,
  broadcast = true,
  nan = "some", -- 1^NaN and NaN^0 are 1
  overwritten = { 1, 2, "y" },
  known = {
    { { 2, 4, -2, 0, 0 }, { 3, 0.5, 2, 0, -1 }, { 8, 2, 4, 1, 1 / 0 } },
    { { -2, 0 / 0 }, { 0.5, 0 }, { 0 / 0, 1 } },
  },
})

op_case("pow of a number", {
  f = function(x) return 2.5 ^ x end,
  error_name = "pow",
  inputs = function(r) return { r(-2, 2) } end,
  overwritten = { "y" },
  known = { { { 2, -1, 0 }, { 6.25, 0.4, 1 } } },
})

describe("pow", function()
  it("gives no gradient to the exponent of 0", function()
    local a, b = dg.Variable({ 0, 0, 0 }, "float64"), dg.Variable({ 0, 1, 2 }, "float64")
    local y = a ^ b
    y:sum():backward()
    assert.same({ 0, 1, 0 }, a.grad:totable())
    assert.same({ 0, 0, 0 }, b.grad:totable())
  end)
end)
