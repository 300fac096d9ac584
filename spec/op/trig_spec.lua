local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("sin", {
  f = F.sin,
  inputs = function(r) return { r(-4, 4) } end,
  overwritten = { 1 },
  known = { { { 0, 1, 1e15, -1e300, 1 / 0 },
    { 0, math.sin(1), math.sin(1e15), math.sin(-1e300), 0 / 0 } } },
})

op_case("cos", {
  f = F.cos,
  inputs = function(r) return { r(-4, 4) } end,
  overwritten = { 1 },
  known = { { { 0, 1, 1e15, -1e300, 1 / 0 },
    { 1, math.cos(1), math.cos(1e15), math.cos(-1e300), 0 / 0 } } },
})

op_case("tan", {
  f = F.tan,
  inputs = function(r) return { r(-1.2, 1.2) } end,
  overwritten = { "y" },
  known = { { { 0, 1 }, { 0, math.tan(1) } } },
})

describe("sin", function()
  it("takes large numbers in float32 and behind strides", function()
    local x = dg.tensor({ { 1, 1e10 }, { 3e9, -2 } }, "float32")
    local y = F.sin(x:transpose()):totable()
    for i = 1, 2 do
      for j = 1, 2 do assert.near(math.sin(x[{ j, i }]:item()), y[i][j], 1e-6) end
    end
  end)
end)
