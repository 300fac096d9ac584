local dg = require "dgraph"
local F, L = dg.F, dg.links

local function ids(t) return dg.tensor(t, "int32") end

describe("NegativeSampling", function()
  it("has a row of zeros for each label, which it draws by their counts", function()
    dg.seed(1)
    local link = L.NegativeSampling(4, { 10, 0, 30 }, 50)
    assert.same({ 3, 4 }, link.W.shape)
    assert.equal(0, F.abs(link.W):max():item())
    local _, samples = link(dg.ones(20, 4), dg.full({ 20 }, 3, "int32"), "sum", true)
    assert.same({ 20, 51 }, samples.shape)
    local counts = { 0, 0, 0 }
    for _, row in ipairs(samples:totable()) do
      assert.equal(3, row[1])
      for i = 2, 51 do counts[row[i]] = counts[row[i]] + 1 / 1000 end
    end
    assert.equal(0, counts[2])
    local first, last = 10 ^ 0.75, 30 ^ 0.75
    assert.near(first / (first + last), counts[1], 0.05)
  end)

  it("takes another power, by position or by name", function()
    for _, power in ipairs { 0, { power = 0 } } do
      dg.seed(2)
      local link = L.NegativeSampling(1, dg.tensor({ 1, 1000 }, "int64"), 1000, power)
      local _, samples = link(dg.ones(1, 1), ids { 1 }, "no", true)
      assert.near(1.5, F.mean(F.cast(samples, "float32")):item(), 0.05)
    end
    assert.error_matches(function() L.NegativeSampling(1, { 1 }, 0) end, "sample_size is a posi")
  end)

  it("gives the sum, or a loss for each row", function()
    local link = L.NegativeSampling(2, { 1, 1 }, 3)
    local each = link(dg.ones(2, 2), ids { 1, -1 }, "no")
    assert.near(4 * math.log(2), each[1]:item(), 1e-6)
    assert.equal(0, each[2]:item())
    assert.near(8 * math.log(2), link(dg.ones(2, 2), ids { 1, 2 }):item(), 1e-5)
  end)

  it("learns vectors that tell labels apart, changing only the rows that it used", function()
    dg.seed(3)
    local counts = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }
    local model = dg.Chain { embed = L.EmbedID(10, 8), loss = L.NegativeSampling(8, counts, 2) }
    local optimizer = dg.optimizers.Adam(0.05):setup(model)
    local words, contexts = ids { 1, 2, 3, 4 }, ids { 2, 1, 4, 3 }
    local first, least -- what is drawn may be right as well: then the loss is high
    for i = 1, 60 do
      optimizer:update(function()
        local loss = model.loss(model.embed(words), contexts)
        first = first or loss:item()
        least = math.min(least or first, loss:item())
        return loss
      end)
      if i == 1 then assert.is_truthy(model.loss.W:grad_rows()) end
    end
    assert.is_true(least < first / 3)
  end)

  it("saves W alone", function()
    local link, names = L.NegativeSampling(2, { 1, 1 }, 3), {}
    for name in link:namedparams() do names[#names + 1] = name end
    assert.same({ "/W" }, names)
    assert.equal(link.sampler, link:copy("copy").sampler)
  end)
end)
