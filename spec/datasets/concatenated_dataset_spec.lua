local dg = require "dgraph"
local datasets = require "dgraph.datasets"
local ConcatenatedDataset, TupleDataset = datasets.ConcatenatedDataset, datasets.TupleDataset

describe("ConcatenatedDataset", function()
  it("counts through its datasets", function()
    local dataset = ConcatenatedDataset({ "a", "b" }, {}, { "c" })
    assert.same({ 3, "a", "b", "c" }, { #dataset, dataset[1], dataset[2], dataset[3] })
    assert.same({ "c", "a" }, dataset:batch { 3, 1 })
    assert.same({ "b", "c" }, dataset[{ 2, 3 }])
  end)

  it("mixes the examples of several datasets in a batch", function()
    local function part(x) return TupleDataset(dg.tensor(x), dg.tensor(x, "int32")) end
    local x, t = ConcatenatedDataset(part { 1, 2 }, part { 3 }):batch { 3, 2 }
    assert.same({ { 3, 2 }, { 3, 2 }, "int32" }, { x:totable(), t:totable(), t.dtype })
    local rows = ConcatenatedDataset(dg.tensor { { 1, 2 } }, dg.tensor { { 3, 4 } }):batch { 2, 1 }
    assert.same({ { 3, 4 }, { 1, 2 } }, rows:totable())
  end)

  it("refuses none, what is no dataset, and positions that do not exist", function()
    assert.has_error(function() ConcatenatedDataset() end)
    assert.has_error(function() ConcatenatedDataset({ 1 }, 2) end)
    for _, key in ipairs { 0, 3, 1.5 } do
      assert.has_error(function() return ConcatenatedDataset({ 1 }, { 2 })[key] end)
    end
  end)
end)
