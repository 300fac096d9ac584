local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("neg", {
  f = F.neg,
  inputs = function(r) return { r(-2, 2) } end,
  bad_dtypes = { "bool" },
  known = {
    { { 1, -2 }, { -1, 2 } },
    { { -2147483648, 5 }, { -2147483648, -5 }, dtype = "int32" },
    { { 1 }, { 255 }, dtype = "uint8" },
  },
})

describe("neg", function()
  it("is minus zero at zero", function()
    assert.equal(-1 / 0, 1 / (-dg.tensor(0)):item())
  end)
end)
