local dg = require "dgraph"
local names = require "spec.support.names"

local L = dg.links

describe("Parameter", function()
  it("holds a tensor, and gives it", function()
    local array = dg.tensor { 1, 2 }
    local link = L.Parameter(array)
    assert.same({ 1, 2 }, link():totable())
    assert.is_true(link() == link.W)
    link.W:fill(3)
    assert.same({ 1, 2 }, array:totable())
    assert.same({ "/W" }, names(link))
    assert.same({ { 1 }, { 2 } }, L.Parameter({ { 1 }, { 2 } })():totable())
    assert.equal("float64", L.Parameter(dg.zeros({ 2 }, "float64")).W.dtype)
  end)

  it("learns", function()
    local link = L.Parameter { 4 }
    local optimizer = dg.optimizers.SGD(0.25):setup(link)
    for _ = 1, 20 do optimizer:update(function() return dg.F.sum(dg.F.square(link() - 1)) end) end
    assert.near(1, link.W:item(), 1e-5)
  end)
end)
