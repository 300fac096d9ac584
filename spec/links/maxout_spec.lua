local dg = require "dgraph"
local names = require "spec.support.names"

local L = dg.links

describe("Maxout", function()
  it("gives the largest of each pool", function()
    local W = { { { 1, 0 }, { 0, 1 } }, { { -1, 0 }, { 0, -1 } } }
    local link = L.Maxout(2, 2, 2, W, { { 0, 0 }, { 10, 0 } })
    assert.same({ { 5, 7 }, { 1, 9 } }, link(dg.tensor { { 3, 5 }, { 1, -2 } }):totable())
    assert.same({ 4, 2 }, link.linear.W.shape)
    assert.same({ "/linear/W", "/linear/b" }, names(link))
    assert.same(link(dg.ones(1, 2)):totable(),
      L.Maxout(2, 2, 2, dg.tensor(W), dg.tensor { 0, 0, 10, 0 })(dg.ones(1, 2)):totable())
  end)

  it("takes its number of inputs from the first one", function()
    local link = L.Maxout(nil, 3, 2)
    assert.same({ 5, 3 }, link(dg.ones(5, 2, 2)).shape)
    assert.same({ 6, 4 }, link.linear.W.shape)
    assert.same({ 0, 0, 0, 0, 0, 0 }, link.linear.b:totable())
  end)

  it("takes options by name, and no bias", function()
    local link = L.Maxout(2, 1, 3, { initialW = 1, initial_bias = 4 })
    assert.same({ { 6 } }, link(dg.ones(1, 2)):totable())
    assert.is_nil(L.Maxout(2, 1, 3, nil, false).linear.b)
    assert.error_matches(function() L.Maxout(2, 1, 0) end, "pool_size is a positive integer, not 0")
    assert.error_matches(function() L.Maxout(2, 1) end, "pool_size is a positive integer, not nil")
  end)

  it("learns what no line can tell apart", function()
    dg.seed(2)
    local x = dg.tensor { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }
    local t = dg.tensor({ { 0 }, { 1 }, { 1 }, { 0 } }, "int32")
    local model = dg.Sequential(L.Maxout(2, 4, 3), L.Linear(4, 1))
    local optimizer = dg.optimizers.Adam(0.05):setup(model)
    for _ = 1, 80 do
      optimizer:update(function() return dg.F.sigmoid_cross_entropy(model(x), t) end)
    end
    assert.equal(1, dg.F.binary_accuracy(model(x), t):item())
  end)
end)
