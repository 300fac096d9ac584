local dg = require "dgraph"
local L = dg.links

describe("Linear", function()
  it("maps rows to rows", function()
    local link = L.Linear(2, 3, {
      initialW = { { 1, 2 }, { 3, 4 }, { 5, 6 } }, initial_bias = { 1, 0, -1 },
    })
    assert.same({ { 4, 7, 10 } }, link(dg.tensor { { 1, 1 } }):totable())
  end)

  it("takes its number of inputs from the first input", function()
    for _, link in ipairs { L.Linear(nil, 5), L.Linear(5), L.Linear(nil, 5, { nobias = true }) } do
      assert.is_false(link.W.is_initialized)
      assert.same({ 2, 5 }, link(dg.ones(2, 3, 4)).shape)
      assert.same({ 5, 12 }, link.W.shape)
    end
  end)

  it("flattens the axes after those of the batch", function()
    local link = L.Linear(nil, 5)
    assert.same({ 2, 3, 5 }, link(dg.ones(2, 3, 4), 2).shape)
  end)

  it("takes its options by position, in Chainer's order, or by name", function()
    assert.is_nil(L.Linear(2, 3, true).b)
    assert.is_nil(L.Linear(2, 3, { nobias = true }).b)
    assert.same({ { 7 } }, L.Linear(1, 1, false, 7).W:totable())
    assert.same({ 8 }, L.Linear(1, 1, false, 7, 8).b:totable())
    assert.error_matches(function() L.Linear(1, 1, { no_bias = true }) end,
      "unknown option no_bias")
    assert.error_matches(function() L.Linear(1, 0) end, "out_size is a positive integer, not 0")
  end)

  it("starts as LeCun said, with biases 0", function()
    dg.seed(3)
    local link = L.Linear(400, 300)
    local square = 0
    for _, row in ipairs(link.W:totable()) do
      for _, w in ipairs(row) do square = square + w * w end
    end
    assert.near(1 / 400, square / (400 * 300), 1e-4)
    assert.equal(0, dg.F.sum(link.b):item())
  end)

  it("learns", function()
    local link = L.Linear(2, 1, { initialW = 0 })
    local y = link(dg.tensor { { 2, 3 } })
    y:backward()
    assert.same({ { 2, 3 } }, link.W.grad:totable())
    assert.same({ 1 }, link.b.grad:totable())
  end)
end)
