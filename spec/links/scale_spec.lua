local dg = require "dgraph"
local names = require "spec.support.names"

local L = dg.links

describe("Scale", function()
  it("multiplies by what it learns, which begins with 1", function()
    local link = L.Scale(nil, { 3 })
    local x = dg.full({ 2, 3, 2 }, 5)
    assert.same(x:totable(), link(x):totable())
    link(x):sum():backward()
    assert.same({ 20, 20, 20 }, link.W.grad:totable())
    assert.same({ "/W" }, names(link))
  end)

  it("adds a bias if wanted", function()
    local link = L.Scale(2, 2, true)
    assert.same({ "/W", "/bias/b" }, names(link))
    link.W:fill(3)
    link.bias.b:fill(1)
    assert.same({ { 4, 7 } }, link(dg.tensor { { 1, 2 } }):totable())
  end)

  it("multiplies by a second input where it has no W", function()
    local link = L.Scale({ axis = 1 })
    local x = dg.tensor { { 1 }, { 2 } }
    assert.same({ { 10 }, { 40 } }, link(x, dg.tensor { 10, 20 }):totable())
    link = L.Scale(2, nil, true, 2)
    assert.same({ "/bias/b" }, names(link))
    assert.same({ { 1, 4 } }, link(dg.tensor { { 1, 2 } }, dg.tensor { 1, 2 }):totable())
    assert.error_matches(function() link(dg.ones(1, 2)) end, "Scale: wanted two inputs")
    assert.error_matches(function() L.Scale(2, 2)(dg.ones(1, 2), dg.ones(2)) end,
      "Scale: wanted one input")
    assert.error_matches(function() L.Scale { bias_term = true } end, "needs bias_shape")
  end)
end)
