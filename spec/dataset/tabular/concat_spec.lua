local dg = require "dgraph"
local from_data = dg.dataset.tabular.from_data

describe("dataset:concat", function()
  local function part(first, last, ...)
    local x, words = {}, {}
    for i = first, last do
      x[#x + 1], words[#words + 1] = { i, -i }, "w" .. i
    end
    return from_data { { "x", #x > 0 and dg.tensor(x, ...) or dg.empty({ 0, 2 }) },
      { "word", words } }
  end

  local whole = part(1, 3):concat(part(4, 4), part(5, 4), part(5, 6))

  it("puts rows one after the other", function()
    assert.same({ 6, { "x", "word" }, "tuple" }, { #whole, whole.keys, whole.mode })
    for i = 1, 6 do assert.same({ { i, -i }, "w" .. i }, { whole[i][1]:totable(), whole[i][2] }) end
    local x, words = unpack(whole:fetch())
    assert.same({ { 6, 2 }, { 1, -1 }, { 6, -6 } }, { x.shape, x[1]:totable(), x[6]:totable() })
    assert.same({ "w1", "w2", "w3", "w4", "w5", "w6" }, words)
  end)

  it("gives rows in any order, of one dataset or several", function()
    local x, words = whole:batch { 5, 2, 4, 2, 6 }
    assert.same({ { { 5, -5 }, { 2, -2 }, { 4, -4 }, { 2, -2 }, { 6, -6 } },
      { "w5", "w2", "w4", "w2", "w6" } }, { x:totable(), words })
    x, words = whole:slice({ 6, 5 }, { "x", "word" }):batch { 1, 2 }
    assert.same({ { { 6, -6 }, { 5, -5 } }, { "w6", "w5" } }, { x:totable(), words })
    x = whole:slice({}):fetch()[1]
    assert.same({ 0, 2 }, x.shape)
    assert.same({ "w4", "w3" }, whole:slice({ 4, 3 }, "word"):fetch())
  end)

  it("asks only for what is wanted", function()
    local asked = {}
    local function counted(name)
      return from_data({ "y", function(i)
        asked[#asked + 1] = name .. i
        return i
      end }, 2)
    end
    local both = counted("a"):concat(counted "b")
    assert.same({ 2, 1, 1 }, both:slice({ 4, 3, 1 }):fetch())
    assert.same({ "a1", "b2", "b1" }, asked)
  end)

  it("keeps tensors that do not fit under each other as rows", function()
    local mixed = part(1, 2):concat(part(3, 3, "float64"))
    local rows = mixed:slice({ 3, 1 }, "x"):fetch()
    assert.same({ "table", { 3, -3 }, "float64", { 1, -1 }, "float32" }, { type(rows),
      rows[1]:totable(), rows[1].dtype, rows[2]:totable(), rows[2].dtype })
    local wide = from_data({ "x", dg.ones(1, 3) }):concat(from_data { "x", dg.ones(1, 2) })
    assert.same({ { 3 }, { 2 } }, { wide:fetch()[1].shape, wide:fetch()[2].shape })
  end)

  it("takes one dataset, and refuses other columns", function()
    assert.same({ "w1" }, part(1, 1):concat():slice(nil, 2):fetch())
    for message, other in pairs {
      ["concat: dataset 1 has the columns x, word, dataset 2 has word"] =
        part(1, 1):slice(nil, { "word" }),
      ["concat: wanted a TabularDataset, got 3"] = 3,
      ["concat: wanted a TabularDataset, got a userdata"] = dg.datasets.TupleDataset { 1 },
    } do
      local done, got = pcall(function() whole:concat(other) end)
      assert.is_false(done)
      assert.matches("^spec/dataset/tabular/concat_spec.lua:%d+: ", got)
      assert.matches(message, got, 1, true)
    end
    assert.error_matches(function() whole:concat(nil, whole) end,
      "concat: wanted a TabularDataset, got nil")
  end)
end)
