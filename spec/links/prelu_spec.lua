local dg = require "dgraph"
local names = require "spec.support.names"

local L = dg.links

describe("PReLU", function()
  it("begins with one slope, 0.25", function()
    local link = L.PReLU()
    assert.same({}, link.W.shape)
    assert.same({ { -0.5, 3 } }, link(dg.tensor { { -2, 3 } }):totable())
    assert.same({ "/W" }, names(link))
  end)

  it("takes slopes for each channel, and what they begin with", function()
    local link = L.PReLU({ 3 }, 0.5)
    assert.same({ 0.5, 0.5, 0.5 }, link.W:totable())
    assert.equal(-12 * 0.5, link(dg.full({ 2, 3, 2 }, -1)):sum():item())
    assert.same({ 2, 3 }, L.PReLU({ shape = { 2, 3 }, init = 1 }).W.shape)
    assert.same({ 3 }, L.PReLU(3).W.shape)
    assert.error_matches(function() L.PReLU({ size = 3 }) end, "PReLU: unknown option size")
    assert.has_error(function() L.PReLU(3)(dg.ones(2, 4)) end)
  end)

  it("learns the slopes", function()
    local link = L.PReLU(2)
    link(dg.tensor { { -2, 3 }, { -1, -1 } }):sum():backward()
    assert.same({ -3, -1 }, link.W.grad:totable())
  end)

  it("can be copied", function()
    local link = L.PReLU(2)
    local copy = link:copy "copy"
    copy.W:fill(7)
    assert.same({ { 0.25, 0.25 }, { 7, 7 } }, { link.W:totable(), copy.W:totable() })
  end)
end)
