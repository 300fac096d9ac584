local dg = require "dgraph"
local F, L = dg.F, dg.links

local function ids(t) return dg.tensor(t, "int32") end

describe("BlackOut", function()
  it("has a row for each label, and draws them by their counts", function()
    dg.seed(1)
    local link = L.BlackOut(400, { 10, 0, 30 }, 50)
    assert.same({ 3, 400 }, link.W.shape)
    assert.near(1 / 20, F.std(link.W):item(), 0.005)
    local counts = { 0, 0, 0 }
    for _, row in ipairs(link.sampler:sample({ 20, 50 }):totable()) do
      for _, k in ipairs(row) do counts[k] = counts[k] + 1 / 1000 end
    end
    assert.equal(0, counts[2])
    assert.near(0.25, counts[1], 0.05)
  end)

  it("gives the mean of the losses with the labels that it draws", function()
    local link, x, t = L.BlackOut(2, dg.tensor({ 1, 2, 3 }, "int64"), 4), dg.randn(5, 2),
      ids { 1, 2, 3, 1, 2 }
    dg.seed(4)
    local y = link(x, t)
    dg.seed(4)
    local wanted = F.black_out(x, t, link.W, link.sampler:sample { 5, 4 })
    assert.equal(wanted:item(), y:item())
    assert.equal(0, y.ndim)
  end)

  it("learns to tell labels apart", function()
    dg.seed(3)
    local model = dg.Chain { embed = L.EmbedID(10, 8), loss = L.BlackOut(8, { 1, 1, 1, 1, 1 }, 3) }
    local optimizer = dg.optimizers.Adam(0.05):setup(model)
    local words, labels = ids { 1, 2, 3, 4, 5 }, ids { 2, 1, 4, 3, 5 }
    for _ = 1, 60 do
      optimizer:update(function() return model.loss(model.embed(words), labels) end)
    end
    local scores = F.matmul(model.embed(words), model.loss.W, false, true)
    assert.equal(1, F.accuracy(scores, labels):item())
  end)

  it("saves W alone, and refuses sizes that are none", function()
    local link, names = L.BlackOut(2, { 1, 1 }, 3), {}
    for name in link:namedparams() do names[#names + 1] = name end
    assert.same({ "/W" }, names)
    assert.equal(link.sampler, link:copy("copy").sampler)
    assert.error_matches(function() L.BlackOut(2, { 1 }, 0) end, "sample_size is a positive")
    assert.error_matches(function() L.BlackOut(0, { 1 }, 1) end, "in_size is a positive")
    assert.error_matches(function() link() end, "BlackOut: x must be a tensor, got nil")
    assert.error_matches(function() link({}, ids { 1 }) end, "BlackOut: x must be a tensor, got a")
    assert.error_matches(function() L.BlackOut(2, {}, 1) end, "WalkerAlias: wanted a list")
  end)
end)
