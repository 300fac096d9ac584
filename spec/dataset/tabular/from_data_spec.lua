local dg = require "dgraph"
local from_data = dg.dataset.tabular.from_data

local function square(i) return i * i end
local function both(i) return { d = i, e = -i } end

describe("tabular.from_data", function()
  local x, words = dg.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } }, { "i", "j", "k" }

  it("takes one column without a name", function()
    for _, data in ipairs { x, { 5, 6, 7 }, words, { true, false, true },
      dg.datasets.TupleDataset(x, words) } do
      local dataset = from_data(data)
      assert.same({ 3, "nil", 1 }, { #dataset, type(dataset.mode), #dataset.keys })
    end
    assert.same({ 3, 4 }, from_data(x)[2]:totable())
    assert.same({ 7, "k" }, { from_data({ 5, 6, 7 })[3], from_data(words)[3] })
    assert.same({ "j", "i" }, from_data({ "j", "i" }):fetch())
    assert.equal("j", from_data(dg.datasets.TupleDataset(x, words))[2][2])
    assert.equal("k", from_data(dg.datasets.TupleDataset(x, words)):fetch()[3][2])
    assert.not_equal(from_data(words).keys[1], from_data(words).keys[1])
  end)

  it("takes one column with a name", function()
    for _, data in ipairs { x, words, { { 1 }, { 2 }, { 3 } } } do
      local dataset = from_data { "a", data }
      assert.same({ 3, "nil", { "a" } }, { #dataset, type(dataset.mode), dataset.keys })
    end
    assert.same({ 2 }, from_data({ "a", { { 1 }, { 2 } } })[2])
    assert.same({ 25, 10 }, { from_data({ "a", square }, 10)[5], #from_data({ "a", square }, 10) })
  end)

  it("takes several columns of a function", function()
    local dataset = from_data({ { "d", "e" }, both }, 4)
    assert.same({ 4, "dict", { "d", "e" }, { d = 3, e = -3 } },
      { #dataset, dataset.mode, dataset.keys, dataset[3] })
    dataset = from_data({ { "d", "e" }, function(i) return { i, -i } end }, 4)
    assert.same({ "tuple", { 2, -2 } }, { dataset.mode, dataset[2] })
  end)

  it("takes columns side by side", function()
    local dataset = from_data { x, { "b", square }, { 7, 8, 9 }, { { "d", "e" }, both },
      { "c", words } }
    assert.same({ 3, "tuple", 6 }, { #dataset, dataset.mode, #dataset.keys })
    assert.same({ "b", "d", "e", "c" }, { dataset.keys[2], unpack(dataset.keys, 4) })
    local example = dataset[2]
    assert.same({ { 3, 4 }, 4, 8, 2, -2, "j" }, { example[1]:totable(), unpack(example, 2) })
    assert.same({ 4, 9 }, dataset:slice({ 2, 3 }, "b"):fetch())
    assert.same({ { 1, 2 }, { 3, 4 } }, from_data({ { 1, 3 }, { 2, 4 } }):examples { 1, 2 })
  end)

  it("takes columns by name, which it sorts", function()
    local dataset = from_data { z = x, a = words, b = square, [{ "d", "e" }] = both }
    assert.same({ 3, "dict", { "a", "b", "d", "e", "z" } },
      { #dataset, dataset.mode, dataset.keys })
    local example = dataset[3]
    assert.same({ "k", 9, 3, -3, { 5, 6 } },
      { example.a, example.b, example.d, example.e, example.z:totable() })
    assert.same({ a = 4 }, from_data({ a = square }, 2)[2])
  end)

  it("takes what can be called for a function", function()
    local callable = setmetatable({}, { __call = function(_, i) return i + 1 end })
    assert.same({ 2, 3 }, from_data({ "a", callable }, 2):fetch())
  end)

  it("takes no rows", function()
    assert.same({ 0, 0, {} },
      { #from_data {}, #from_data({ "a", square }, 0), from_data({}):fetch() })
    assert.same({ 0, 2 }, from_data(dg.empty({ 0, 2 })):batch({}).shape)
  end)

  it("refuses what makes no columns, at the line of the caller", function()
    for message, arguments in pairs {
      ["from_data: the columns of a function need names"] = { square },
      ["from_data: the columns of a function need names "] = { { square, { 1, 2 } } },
      ["from_data: a function does not tell a size"] = { { "a", square } },
      ["from_data: a function does not tell a size "] = { { a = square, b = square } },
      ["from_data: only a function gives several columns"] = { { [{ "a", "b" }] = { 1, 2 } } },
      ["join: dataset 1 has 2 rows, dataset 2 has 3"] = { { { 1, 2 }, { 1, 2, 3 } } },
      ["join: dataset 1 has 5 rows, dataset 2 has 2"] = { { { "a", square }, { 1, 2 } }, 5 },
      ['join: several datasets have a column "a"'] = { { { "a", { 1 } }, { "a", { 2 } } } },
      ["from_data: columns have strings as names, not 0"] = { { [0] = { 1 } } },
      ['from_data: columns stand in an array or have names, but "b" is beside an array'] = {
        { x, b = words } },
      ["from_data: column 2 is nil"] = { { x, nil, words } },
      ["from_data: wanted a dataset or an array of examples, got a number"] = { 3 },
      ["from_data: wanted a dataset or an array of examples, got a string"] = { { a = "b" } },
      ["from_data: a tensor without axes has no rows"] = { dg.tensor(3) },
      ["from_data: the size must be an integer, got 1.5"] = { { 1 }, 1.5 },
      ["from_data: the size is -1"] = { { 1 }, -1 },
    } do
      local done, got = pcall(function() from_data(arguments[1], arguments[2]) end)
      assert.is_false(done, message)
      assert.matches("^spec/dataset/tabular/from_data_spec.lua:%d+: ", got)
      assert.matches((message:gsub(" $", "")), got, 1, true)
    end
  end)
end)
