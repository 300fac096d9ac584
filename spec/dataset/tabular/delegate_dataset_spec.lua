local dg = require "dgraph"
local tabular = dg.dataset.tabular

--- A dataset with methods of its own that make its columns.
local function words()
  local self
  self = tabular.DelegateDataset(tabular.from_data {
    { "a", { 5, 6, 7 } }, { "b", function(i) return self:word(i) end },
    { { "c", "d" }, function(i) return { i, -i } end } })
  function self.word(_, i) return self.prefix .. i end
  self.prefix = "w"
  return self
end

describe("tabular.DelegateDataset", function()
  it("is the dataset that it stands on, with fields of its own", function()
    local dataset = words()
    assert.same({ 3, { "a", "b", "c", "d" }, "tuple", { 6, "w2", 2, -2 } },
      { #dataset, dataset.keys, dataset.mode, dataset[2] })
    dataset.prefix = "v"
    assert.same({ "v3" }, dataset:slice({ 3 }, { "b" })[1])
  end)

  it("chooses columns and a mode", function()
    local dataset = words()
    dataset.keys = { "d", "a" }
    assert.same({ { "d", "a" }, { -1, 5 } }, { dataset.keys, dataset[1] })
    dataset.mode = "dict"
    assert.same({ "dict", { d = -1, a = 5 } }, { dataset.mode, dataset[1] })
    dataset.mode = "tuple"
    assert.same({ -3, 7 }, dataset[3])
    dataset.keys = { "a" }
    dataset.mode = nil
    assert.same({ "nil", 7 }, { type(dataset.mode), dataset[3] })
    dataset = words()
    dataset.keys = "b"
    assert.same({ "w1", "w2", "w3" }, dataset:fetch())
  end)

  it("converts as the dataset does, or in a way of its own", function()
    local inner = tabular.from_data({ 1, 2 }):with_converter(function(data) return #data end)
    local dataset = tabular.DelegateDataset(inner)
    assert.equal(2, dataset:batch { 1, 2 })
    function dataset.convert(_, data) return -#data end
    assert.equal(-2, dataset:batch { 1, 2 })
  end)

  it("refuses what it cannot be, at the line of the caller", function()
    for message, f in pairs {
      ["DelegateDataset: wanted a TabularDataset, got nil"] = function()
        tabular.DelegateDataset()
      end,
      ['DelegateDataset: mode is "tuple", "dict" or nil, not "list"'] = function()
        words().mode = "list"
      end,
      ["DelegateDataset: without a mode there is one column, not 4"] = function()
        words().mode = nil
      end,
      ['slice: no column "e" among a, b, c, d'] = function() words().keys = { "e" } end,
    } do
      local done, got = pcall(f)
      assert.is_false(done, message)
      assert.matches("^spec/dataset/tabular/delegate_dataset_spec.lua:%d+: ", got)
      assert.matches(message, got, 1, true)
    end
  end)
end)
