local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("dropout", {
  f = function(x)
    dg.random.seed(7)
    return F.dropout(x, 0.4)
  end,
  inputs = function(r) return { r(-2, 2) } end,
  random = true,
  nan = "some",
})

describe("dropout", function()
  it("drops a share of the elements and keeps their mean", function()
    dg.random.seed(1)
    local y = F.dropout(dg.ones(40000), 0.25)
    assert.near(1, y:mean():item(), 0.02)
    assert.near(4 / 3, F.max(y):item(), 1e-6)
    assert.near(0.25, 1 - F.cast(y:ne(0), "float32"):mean():item(), 0.02)
  end)

  it("gives gradients through the mask of the value", function()
    local x = dg.Variable(dg.ones(100))
    local y = F.dropout(x, 0.5)
    y:sum():backward()
    assert.same(y:totable(), x.grad:totable())
  end)

  it("draws anew each time", function()
    local x = dg.ones(100)
    assert.is_true(F.dropout(x):ne(F.dropout(x)):sum():item() > 0)
  end)

  it("wants a ratio from 0 to below 1", function()
    for _, ratio in ipairs { 1, -0.1, 0 / 0 } do
      assert.error_matches(function() F.dropout(dg.ones(2), ratio) end, "dropout: the ratio is")
    end
    assert.same({ 1, 1 }, F.dropout(dg.ones(2), 0):totable())
  end)
end)
