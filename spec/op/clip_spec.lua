local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("clip", {
  f = function(x) return F.clip(x, -1, 1.5) end,
  inputs = function(r) return { r.pick { -2.7, -0.8, 0.4, 1.3, 2.2 } } end,
  overwritten = { 1 },
  known = { { { -2, -1, 0.5, 1.5, 1 / 0 }, { -1, -1, 0.5, 1.5, 1.5 } } },
})

describe("clip", function()
  it("lets gradients through at its limits", function()
    local x = dg.Variable { -2, -1, 0, 1, 2 }
    F.clip(x, -1, 1):sum():backward()
    assert.same({ 0, 1, 1, 1, 0 }, x.grad:totable())
  end)

  it("refuses limits in the wrong order", function()
    assert.has_error(function() F.clip(dg.tensor { 1 }, 3, 2) end,
      "clip: the minimum 3 is above the maximum 2")
  end)
end)
