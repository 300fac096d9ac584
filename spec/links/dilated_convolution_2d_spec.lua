local dg = require "dgraph"
local L = dg.links

describe("DilatedConvolution2D", function()
  it("is a convolution whose filters have gaps", function()
    local link = L.DilatedConvolution2D(1, 1, 2, 1, 1, 2, true, 1)
    local other = L.Convolution2D(1, 1, 2, 1, 1, true, 1, { dilate = 2 })
    local x = dg.arange(20):reshape { 1, 1, 4, 5 }
    assert.is_nil(link.b)
    assert.same(other(x):totable(), link(x):totable())
  end)

  it("takes its number of inputs from the first input, and its options by name", function()
    local link = L.DilatedConvolution2D(3, 2, { dilate = { 1, 2 }, initial_bias = 5 })
    assert.same({ 5, 5, 5 }, link.b:totable())
    assert.same({ 1, 3, 3, 2 }, link(dg.ones(1, 2, 4, 4)).shape)
    assert.equal(1, L.DilatedConvolution2D(3, 2).dilate)
  end)
end)
