local dg = require "dgraph"
local WalkerAlias = dg.utils.walker_alias

describe("WalkerAlias", function()
  it("draws by the probabilities, which need not add up to 1", function()
    dg.seed(1)
    local probs = { 5, 0, 1, 2, 12 }
    local drawn = WalkerAlias(dg.tensor(probs)):sample({ 100, 200 })
    assert.same({ 100, 200 }, drawn.shape)
    assert.equal("int64", drawn.dtype)
    local counts = { 0, 0, 0, 0, 0 }
    for _, row in ipairs(drawn:totable()) do
      for _, k in ipairs(row) do counts[k] = counts[k] + 1 end
    end
    assert.equal(0, counts[2])
    for i, p in ipairs(probs) do assert.near(p / 20, counts[i] / 20000, 0.012) end
  end)

  it("draws the only one there is", function()
    assert.same({ 1, 1, 1 }, WalkerAlias({ 3 }):sample(3):totable())
  end)

  it("repeats itself after the same seed", function()
    local alias = WalkerAlias { 1, 2, 3 }
    dg.seed(7)
    local first = alias:sample(50):totable()
    dg.seed(7)
    assert.same(first, alias:sample(50):totable())
  end)

  it("outlives the scope that it was made in", function()
    local alias = dg.scope(function() return { WalkerAlias { 1, 1 } } end)[1]
    assert.same({ 4 }, alias:sample(4).shape)
  end)

  it("refuses what are no probabilities", function()
    assert.error_matches(function() WalkerAlias {} end, "WalkerAlias: wanted a list")
    assert.error_matches(function() WalkerAlias { 1, -1 } end, "probability 2 is %-1")
    assert.error_matches(function() WalkerAlias { 0, 0 } end, "add up to 0")
    assert.error_matches(function() WalkerAlias { 1, 0 / 0 } end, "probability 2 is")
  end)
end)
