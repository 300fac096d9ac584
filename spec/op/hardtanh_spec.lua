local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function pick(...)
  local values = { ... }
  return function(r) return { r.pick(values) } end
end

op_case("hardtanh", {
  f = F.hardtanh,
  inputs = pick(-2, -0.7, 0.2, 0.9, 1.4),
  overwritten = { "y" },
  known = { { { -2, -1, 0.5, 1, 1 / 0 }, { -1, -1, 0.5, 1, 1 } } },
})

op_case("clipped_relu", {
  f = F.clipped_relu,
  inputs = pick(-2, 0.7, 19.2, 20.9),
  overwritten = { "y" },
  known = { { { -2, 0, 3, 20, 21, -1 / 0 }, { 0, 0, 3, 20, 20, 0 } } },
})

op_case("relu6", {
  f = F.relu6,
  inputs = pick(-2, 0.7, 5.2, 6.9),
  overwritten = { "y" },
  known = { { { -2, 0, 3, 6, 7 }, { 0, 0, 3, 6, 6 } } },
})

op_case("hard_sigmoid", {
  f = F.hard_sigmoid,
  inputs = pick(-3, -1.7, 0.2, 2.9),
  overwritten = { "y" },
  known = { { { -3, -2.5, -1, 0, 1, 2.5, 1 / 0 }, { 0, 0, 0.3, 0.5, 0.7, 1, 1 } } },
})

describe("clipped_relu", function()
  it("takes another end, and is flat at both", function()
    local x = dg.Variable { -1, 0, 1, 2, 3 }
    local y = F.clipped_relu(x, 2)
    assert.same({ 0, 0, 1, 2, 2 }, y:totable())
    y:sum():backward()
    assert.same({ 0, 0, 1, 0, 0 }, x.grad:totable())
  end)

  it("refuses an interval without a middle", function()
    assert.has_error(function() F.clipped_relu(dg.ones(2), 0) end,
      "clipped_relu: the lower end 0 is not below the upper end 0")
    assert.has_error(function() F.hardtanh(dg.ones(2), 1, 0 / 0) end)
  end)
end)
