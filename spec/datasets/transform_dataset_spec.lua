local dg = require "dgraph"
local datasets = require "dgraph.datasets"
local TransformDataset, TupleDataset = datasets.TransformDataset, datasets.TupleDataset

describe("TransformDataset", function()
  local base = TupleDataset(dg.tensor { { 1, 2 }, { 3, 4 } }, dg.tensor({ 5, 6 }, "int32"))

  it("sends examples through a function when they are asked for", function()
    local calls = 0
    local dataset = TransformDataset(base, function(example)
      calls = calls + 1
      return { example[1] * 10, example[2] }
    end)
    assert.same({ 2, 0 }, { #dataset, calls })
    assert.same({ 30, 40 }, dataset[2][1]:totable())
    local x, t = dataset:batch { 2, 1 }
    assert.same({ { { 30, 40 }, { 10, 20 } }, { 6, 5 }, "int32", 3 },
      { x:totable(), t:totable(), t.dtype, calls })
  end)

  it("takes plain arrays, and a converter of its own", function()
    local function double(x) return 2 * x end
    assert.same({ 6, 2 }, TransformDataset({ 1, 2, 3 }, double):batch({ 3, 1 }):totable())
    assert.same({ 6, 2 }, TransformDataset({ 1, 2, 3 }, double, { converter = false })
      :batch { 3, 1 })
    local sum = TransformDataset({ 1, 2, 3 }, double,
      { converter = function(list) return list[1] + list[2] end })
    assert.equal(8, sum:batch { 3, 1 })
  end)

  it("refuses what is no dataset, no function, no option, no position", function()
    assert.has_error(function() TransformDataset(3, print) end)
    assert.has_error(function() TransformDataset({}, 3) end)
    assert.has_error(function() TransformDataset({}, print, { other = 1 }) end)
    assert.has_error(function() return TransformDataset({ 1 }, print)[2] end)
  end)
end)
