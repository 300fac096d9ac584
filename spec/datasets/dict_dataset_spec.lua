local dg = require "dgraph"
local datasets = require "dgraph.datasets"
local DictDataset, TupleDataset = datasets.DictDataset, datasets.TupleDataset

describe("DictDataset", function()
  local parts = { x = dg.tensor { { 1, 2 }, { 3, 4 } }, t = dg.tensor({ 7, 8 }, "int32"),
    name = { "a", "b" } }
  local dataset = DictDataset(parts)

  it("gives an example and a batch with all names", function()
    assert.equal(2, #dataset)
    local example = dataset[2]
    assert.same({ { 3, 4 }, 8, "b" }, { example.x:totable(), example.t:item(), example.name })
    local batch = dataset:batch { 2, 1, 2 }
    assert.same({ { 3, 4 }, { 1, 2 }, { 3, 4 } }, batch.x:totable())
    assert.same({ { 8, 7, 8 }, "int32", { "b", "a", "b" } },
      { batch.t:totable(), batch.t.dtype, batch.name })
    assert.same({ 2, "b" }, { #dataset[{ 1, 2 }], dataset[{ 1, 2 }][2].name })
  end)

  it("takes datasets as parts", function()
    local pair = TupleDataset(parts.x, parts.t)
    local batch = DictDataset { pair = pair, name = parts.name }:batch { 1 }
    assert.same({ { { 1, 2 } }, { 7 } }, { batch.pair[1]:totable(), batch.pair[2]:totable() })
  end)

  it("does not follow changes of the table that it was made of", function()
    parts.more = { 1 }
    assert.is_nil(dataset[1].more)
  end)

  it("refuses parts of different lengths, and none", function()
    assert.has_error(function() DictDataset { a = { 1 }, b = { 1, 2 } } end,
      "DictDataset: a has 1 examples, b has 2")
    for _, bad in ipairs { {}, { { 1 } }, { a = 3 }, 3 } do
      assert.has_error(function() DictDataset(bad) end)
    end
    assert.has_error(function() dataset:batch { 3 } end)
  end)
end)
