local dg = require "dgraph"
local from_data = dg.dataset.tabular.from_data

describe("dataset:join", function()
  local left = from_data { { "a", { 1, 2 } }, { "b", { 3, 4 } } }
  local right = from_data { "c", { 5, 6 } }
  local both = left:join(right, from_data { d = { 7, 8 } })

  it("puts columns side by side", function()
    assert.same({ 2, { "a", "b", "c", "d" } }, { #both, both.keys })
    assert.same({ { 1, 3, 5, 7 }, { 2, 4, 6, 8 } }, both[{ 1, 2 }])
    assert.same({ { 1, 2 }, { 3, 4 }, { 5, 6 }, { 7, 8 } }, both:fetch())
  end)

  it("gives columns in any order, some twice", function()
    assert.same({ { 8, 2, 6, 8 } }, both:slice({ 2 }, { "d", "a", "c", "d" }):examples { 1 })
    assert.same({ 4, 3 }, both:slice({ 2, 1 }, "b"):fetch())
  end)

  it("asks each dataset once, for what is wanted of it", function()
    local asked = {}
    local function counted(name)
      return dg.dataset.TabularDataset { keys = { name .. "1", name .. "2" }, mode = "tuple",
        len = function() return 1 end,
        get_examples = function(_, _, key_indices)
          asked[#asked + 1] = { name, key_indices }
          return { { 1 }, key_indices[2] and { 2 } }
        end }
    end
    counted("x"):join(counted "y", counted "z"):slice(nil, { "z2", "x1", "z1", "z2" }):fetch()
    assert.same({ { "x", { 1 } }, { "z", { 2, 1 } } }, asked)
  end)

  it("has the first mode that there is", function()
    assert.equal("tuple", both.mode)
    assert.equal("tuple", right:join(from_data { "e", { 1, 2 } }).mode)
    assert.equal("dict", right:join(from_data { d = { 7, 8 } }, left).mode)
  end)

  it("refuses nil among datasets", function()
    assert.error_matches(function() left:join(nil, right) end,
      "join: wanted a TabularDataset, got nil")
    assert.error_matches(function() left:join(right, nil) end, "join: wanted a TabularDataset")
  end)

  it("refuses other lengths and columns that are there already", function()
    for message, other in pairs {
      ["join: dataset 1 has 2 rows, dataset 2 has 3"] = from_data { "e", { 1, 2, 3 } },
      ['join: several datasets have a column "b"'] = from_data { "b", { 1, 2 } },
      ["join: wanted a TabularDataset, got a table"] = { 1, 2 },
    } do
      local done, got = pcall(function() left:join(other) end)
      assert.is_false(done)
      assert.matches("^spec/dataset/tabular/join_spec.lua:%d+: ", got)
      assert.matches(message, got, 1, true)
    end
  end)
end)
