local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function positive(r) return { r(0.3, 4) } end

op_case("sqrt", {
  f = F.sqrt,
  inputs = positive,
  overwritten = { "y" },
  known = { { { 4, 2, 0, -1 }, { 2, math.sqrt(2), 0, 0 / 0 } } },
})

op_case("rsqrt", {
  f = F.rsqrt,
  inputs = positive,
  overwritten = { "y" },
  known = { { { 4, 0 }, { 0.5, 1 / 0 } } },
})

describe("sqrt", function()
  it("is infinitely steep at zero", function()
    local x = dg.Variable { 0 }
    F.sqrt(x):backward()
    assert.same({ 1 / 0 }, x.grad:totable())
  end)
end)
