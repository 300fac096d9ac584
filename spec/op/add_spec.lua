local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("add", {
  f = F.add,
  inputs = function(r) return { r(-9, 9), r(1, 9) } end,
  broadcast = true,
  bad_dtypes = { "bool" },
  known = {
    { { 1, 2 }, { 10, 20 }, { 11, 22 } },
    { { { 1 }, { 2 } }, { 10, 20 }, { { 11, 21 }, { 12, 22 } } },
    { { 2147483647 }, { 1 }, { -2147483648 }, dtype = "int32" },
    { { 250 }, { 10 }, { 4 }, dtype = "uint8" },
  },
})

op_case("add of a number", {
  f = function(x) return 1.5 + x + 2 end,
  error_name = "add",
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { 1, -2 }, { 4.5, 1.5 } } },
})

describe("add of a number", function()
  it("keeps the dtype of the tensor", function()
    local y = dg.tensor({ 1, 2 }, "int32") + 3
    assert.equal("int32", y.dtype)
    assert.same({ 4, 5 }, y:totable())
    assert.same({ 253 }, (dg.tensor({ 2 }, "uint8") - 5):totable())
  end)

  it("refuses to round a number", function()
    assert.has_error(function() return dg.tensor({ 1 }, "int32") + 0.5 end,
      "add: the tensor is int32, the number 0.5 is not whole (cast the tensor)")
  end)
end)
