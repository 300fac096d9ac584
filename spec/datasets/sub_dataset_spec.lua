local dg = require "dgraph"
local datasets = require "dgraph.datasets"
local SerialIterator = require "dgraph.iterators".SerialIterator
local SubDataset, TupleDataset = datasets.SubDataset, datasets.TupleDataset

local letters = { "a", "b", "c", "d", "e" }

local function text(dataset) return table.concat(dataset:examples(dg.arange(1, #dataset + 1))) end

local function sorted_text(...)
  local all = {}
  for _, dataset in ipairs { ... } do
    for i = 1, #dataset do all[#all + 1] = dataset[i] end
  end
  table.sort(all)
  return table.concat(all)
end

describe("SubDataset", function()
  it("is a range of a dataset, both ends included", function()
    local part = SubDataset(letters, 2, 4)
    assert.same({ 3, "b", "d", "bcd" }, { #part, part[1], part[3], text(part) })
    assert.equal("SubDataset of 3 examples", tostring(part))
    assert.equal(0, #SubDataset(letters, 1, 0))
    assert.equal(0, #SubDataset(letters, 6, 5))
  end)

  it("goes by an order", function()
    assert.equal("ca", text(SubDataset(letters, 2, 3, { 5, 3, 1, 2, 4 })))
    assert.equal("ca", text(SubDataset(letters, 2, 3, dg.tensor({ 5, 3, 1, 2, 4 }, "int64"))))
  end)

  it("gives batches as the whole dataset does", function()
    local whole = TupleDataset(dg.tensor { 10, 20, 30, 40 }, dg.tensor({ 1, 2, 3, 4 }, "int32"))
    local part = SubDataset(SubDataset(whole, 2, 4), 2, 3)
    local x, t = part:batch { 2, 1 }
    assert.same({ { 40, 30 }, { 4, 3 }, "int32" }, { x:totable(), t:totable(), t.dtype })
    assert.same({ "e", "b" }, SubDataset(letters, 2, 5):batch { 4, 1 })
    assert.same({ { 3, 4 } }, SubDataset(dg.tensor { { 1, 2 }, { 3, 4 } }, 2, 2):batch { 1 }
      :totable())
    local seen = {}
    for batch in SerialIterator(SubDataset(letters, 1, 3), 2, { repeat_ = false,
      shuffle = false }) do
      seen[#seen + 1] = table.concat(batch)
    end
    assert.same({ "ab", "c" }, seen)
  end)

  it("refuses what does not lie in the dataset", function()
    for _, range in ipairs { { 0, 2 }, { 1, 6 }, { 4, 2 }, { 7, 6 }, { 1.5, 2 }, { "1", 2 } } do
      assert.has_error(function() SubDataset(letters, range[1], range[2]) end)
    end
    for _, order in ipairs { { 1, 2, 3, 4 }, { 1, 2, 3, 4, 6 }, { 0, 1, 2, 3, 4 }, 7 } do
      assert.has_error(function() SubDataset(letters, 1, 2, order) end)
    end
    assert.has_error(function() SubDataset(nil, 1, 2) end)
    assert.has_error(function() return SubDataset(letters, 1, 2)[3] end)
    assert.has_error(function() SubDataset(letters, 1, 2):batch { 3 } end)
  end)
end)

describe("split_dataset", function()
  it("cuts a dataset in two", function()
    local first, second = datasets.split_dataset(letters, 2)
    assert.same({ "ab", "cde" }, { text(first), text(second) })
    first, second = datasets.split_dataset(letters, 1, { 5, 4, 3, 2, 1 })
    assert.same({ "e", "dcba" }, { text(first), text(second) })
    first, second = datasets.split_dataset(letters, 0)
    assert.same({ 0, 5 }, { #first, #second })
    for _, at in ipairs { -1, 6, 1.5 } do
      assert.has_error(function() datasets.split_dataset(letters, at) end)
    end
  end)
end)

describe("split_dataset_random", function()
  it("cuts in two at random, the same way for the same seed", function()
    local first, second = datasets.split_dataset_random(letters, 2)
    assert.same({ 2, 3, "abcde" }, { #first, #second, sorted_text(first, second) })
    local numbers = {}
    for i = 1, 40 do numbers[i] = i end
    local function order(seed)
      return text((datasets.split_dataset_random(numbers, 40, seed)))
    end
    assert.equal(order(3), order(3))
    assert.not_equal(order(3), order(4))
  end)

  it("leaves dg.random where it is when it has a seed", function()
    dg.seed(1)
    local wanted = dg.random.uniform()
    dg.seed(1)
    datasets.split_dataset_random(letters, 2, 8)
    assert.equal(wanted, dg.random.uniform())
  end)
end)

describe("split_dataset_n", function()
  it("gives parts of one size and leaves the rest out", function()
    local parts = datasets.split_dataset_n(letters, 2)
    assert.same({ 2, "ab", "cd" }, { #parts, text(parts[1]), text(parts[2]) })
    parts = datasets.split_dataset_n(letters, 2, { 5, 4, 3, 2, 1 })
    assert.same({ "ed", "cb" }, { text(parts[1]), text(parts[2]) })
    assert.has_error(function() datasets.split_dataset_n(letters, 0) end)
  end)
end)

describe("split_dataset_n_random", function()
  it("gives parts of random examples", function()
    local parts = datasets.split_dataset_n_random(letters, 5, 1)
    assert.equal("abcde", sorted_text(unpack(parts)))
    local again = datasets.split_dataset_n_random(letters, 5, 1)
    for i = 1, 5 do assert.equal(parts[i][1], again[i][1]) end
  end)
end)

describe("get_cross_validation_datasets", function()
  it("validates each example once", function()
    local folds = datasets.get_cross_validation_datasets(letters, 2)
    assert.same({ "de", "abc", "abc", "de" }, { text(folds[1][1]), text(folds[1][2]),
      text(folds[2][1]), text(folds[2][2]) })
    folds = datasets.get_cross_validation_datasets(letters, 5, { 5, 4, 3, 2, 1 })
    assert.same({ "dcba", "e", "edcb", "a" }, { text(folds[1][1]), text(folds[1][2]),
      text(folds[5][1]), text(folds[5][2]) })
    for _, n in ipairs { 1, 6, 2.5 } do
      assert.has_error(function() datasets.get_cross_validation_datasets(letters, n) end)
    end
  end)
end)

describe("get_cross_validation_datasets_random", function()
  it("validates each example once, in random folds", function()
    local folds, seen = datasets.get_cross_validation_datasets_random(letters, 3, 7), {}
    for i, fold in ipairs(folds) do
      seen[i] = fold[2]
      assert.equal("abcde", sorted_text(fold[1], fold[2]))
    end
    assert.equal("abcde", sorted_text(unpack(seen)))
    local again = datasets.get_cross_validation_datasets_random(letters, 3, 7)
    assert.equal(text(folds[1][1]), text(again[1][1]))
  end)
end)
