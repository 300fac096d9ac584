local dg = require "dgraph"
local F, L = dg.functions, dg.links

describe("MLPConvolution2D", function()
  it("is a convolution and 1x1 convolutions, with relu between them", function()
    local link = L.MLPConvolution2D(2, { 3, 4, 5 }, 3, 1, 1)
    local x = dg.randn(1, 2, 4, 4)
    local wanted = link[3](F.relu(link[2](F.relu(link[1](x)))))
    assert.equal(3, #link)
    assert.same({ 1, 5, 4, 4 }, wanted.shape)
    assert.same(wanted:totable(), link(x):totable())
    assert.same({ 4, 3, 1, 1 }, link[2].W.shape)
  end)

  it("takes its number of inputs from the first input, and its options by name", function()
    local link = L.MLPConvolution2D({ 2, 1 }, 2, { activation = F.sigmoid, conv_init = 0,
      bias_init = 1, stride = 2 })
    assert.same({ { { { 1 } } } }, link(dg.ones(1, 3, 2, 2)):totable())
    assert.same({ 2, 3, 2, 2 }, link[1].W.shape)
    assert.equal(2, link[1].stride)
  end)

  it("wants a list of channels", function()
    assert.error_matches(function() L.MLPConvolution2D(3, 4, 5) end,
      "out_channels is a list of numbers, not 4")
    assert.error_matches(function() L.MLPConvolution2D({}, 5) end, "out_channels is a list")
  end)
end)
