local ffi = require "ffi"
local dg = require "dgraph"
local TupleDataset = require "dgraph.datasets".TupleDataset

describe("TupleDataset", function()
  local x = dg.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } }
  local t = dg.tensor({ 10, 20, 30 }, "int32")
  local dataset = TupleDataset(x, t)

  it("has as many examples as its parts have rows", function()
    assert.equal(3, #dataset)
    assert.equal(3, dataset:len())
    assert.equal("TupleDataset of 3 examples", tostring(dataset))
  end)

  it("gives one example", function()
    local row, label = unpack(dataset[2])
    assert.same({ 3, 4 }, row:totable())
    assert.equal(20, type(label) == "number" and label or label:item())
  end)

  it("gives a range of examples, both ends included", function()
    local rows, labels = unpack(dataset[{ 2, 3 }])
    assert.same({ { 3, 4 }, { 5, 6 } }, rows:totable())
    assert.same({ 20, 30 }, labels:totable())
    assert.same({ { 3, 4 }, { 5, 6 } }, dataset[{ -2, -1 }][1]:totable())
  end)

  it("gathers a batch, with one tensor for each part", function()
    for _, positions in ipairs { { 3, 1, 3 }, dg.tensor({ 3, 1, 3 }, "int64") } do
      local rows, labels = dataset:batch(positions)
      assert.same({ { 5, 6 }, { 1, 2 }, { 5, 6 } }, rows:totable())
      assert.same({ 30, 10, 30 }, labels:totable())
      assert.equal("int32", labels.dtype)
    end
    assert.same({ 0, 2 }, dataset:batch({}).shape)
  end)

  it("takes arrays, datasets and views with strides as parts", function()
    local inner = TupleDataset({ "a", "b" }, { 1, 2 })
    local mixed = TupleDataset(inner, dg.tensor({ { 1, 2 }, { 3, 4 } }):transpose(), { 7, 8 })
    local pair, columns, numbers = mixed:batch { 2, 1 }
    assert.same({ "b", "a" }, pair[1])
    assert.same({ { 2, 1 }, { { 2, 4 }, { 1, 3 } }, { 8, 7 } },
      { pair[2]:totable(), columns:totable(), numbers:totable() })
    assert.same({ "b", 2 }, mixed[2][1])
    assert.same({ { "a", 1 }, { "b", 2 } }, mixed[{ 1, 2 }][1])
  end)

  it("looks at the rows of a batch alone, not at all the others", function()
    local bits = ffi.new("uint32_t[4]", 0xffffffff)
    local odd = TupleDataset(dg.from_pointer(bits, { 4, 1 }, "float32", bits))
    local row = odd:batch { 2 }:item()
    assert.is_true(row ~= row and type(row) == "number")
    for i = 0, 3 do assert.equal(0xffffffff, bits[i]) end -- x:pointer() would have made them plain
  end)

  it("refuses positions that do not exist", function()
    for _, position in ipairs { 0, 4, -1, 1.5, 0 / 0, 1e300 } do
      assert.has_error(function() dataset:batch { position } end)
    end
    for _, key in ipairs { 0, 4, 1.5, { 0, 2 }, { 2, 4 } } do
      assert.has_error(function() return dataset[key] end)
    end
  end)

  it("refuses parts of different lengths, and none", function()
    assert.has_error(function() TupleDataset(x, dg.tensor { 1 }) end,
      "TupleDataset: part 1 has 3 examples, part 2 has 1")
    assert.has_error(function() TupleDataset() end)
  end)
end)
