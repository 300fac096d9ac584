local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("relu", {
  f = F.relu,
  inputs = function(r) return { r.pick { -1.5, -0.5, 0.5, 1.5 } } end,
  overwritten = { "y" },
  known = { { { -2, -0.5, 0, 3, 1 / 0 }, { 0, 0, 0, 3, 1 / 0 } } },
})

describe("relu", function()
  it("is flat at zero", function()
    local x = dg.Variable { -1, 0, 1 }
    F.relu(x):sum():backward()
    assert.same({ 0, 0, 1 }, x.grad:totable())
  end)
end)
