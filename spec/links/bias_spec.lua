local dg = require "dgraph"
local names = require "spec.support.names"

local L = dg.links

describe("Bias", function()
  it("adds what it learns, which begins with 0", function()
    local link = L.Bias(nil, { 3 })
    local x = dg.ones(2, 3, 2)
    assert.same(x:totable(), link(x):totable())
    link(x):sum():backward()
    assert.same({ 4, 4, 4 }, link.b.grad:totable())
    assert.same({ "/b" }, names(link))
  end)

  it("begins at another axis", function()
    assert.same({ 2, 3 }, L.Bias(1, { 2, 3 })(dg.ones(2, 3)).shape)
    assert.same({ 2, 3 }, L.Bias({ axis = 1, shape = 2 })(dg.ones(2, 3)).shape)
    assert.same({}, L.Bias(2, {}).b.shape)
    assert.has_error(function() L.Bias(2, { 2 })(dg.ones(2, 3)) end)
  end)

  it("adds a second input where it has no shape", function()
    local link = L.Bias()
    assert.same({ { 11, 21 } }, link(dg.ones(1, 2), dg.tensor { 10, 20 }):totable())
    assert.same({}, names(link))
    assert.error_matches(function() link(dg.ones(1, 2)) end, "Bias: wanted two inputs")
    assert.error_matches(function() L.Bias(2, 2)(dg.ones(1, 2), dg.ones(2)) end,
      "Bias: wanted one input")
  end)
end)
