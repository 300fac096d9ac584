local dg = require "dgraph"
local TabularDataset = dg.dataset.TabularDataset
local from_data = dg.dataset.tabular.from_data

--- Columns a, b, c of four rows, as a user would write them: 11, 12 ... 34.
local function table_of(mode)
  local asked = {}
  return TabularDataset {
    name = "numbers",
    keys = { "a", "b", "c" },
    mode = mode,
    asked = asked,
    len = function() return 4 end,
    get_examples = function(_, rows, key_indices)
      asked[#asked + 1] = { rows or "all", key_indices or "all" }
      local columns = {}
      for k, key in ipairs(key_indices or { 1, 2, 3 }) do
        columns[k] = {}
        for i, row in ipairs(rows or { 1, 2, 3, 4 }) do columns[k][i] = 10 * key + row end
      end
      return columns
    end,
  }
end

describe("TabularDataset", function()
  it("gives examples in its mode", function()
    local dataset = table_of "tuple"
    assert.same({ 4, "numbers of 4 examples" }, { #dataset, tostring(dataset) })
    assert.same({ 12, 22, 32 }, dataset[2])
    assert.same({ { 13, 23, 33 }, { 14, 24, 34 } }, dataset[{ -2, -1 }])
    assert.same({ { { 2 }, "all" }, { { 3, 4 }, "all" } }, dataset.asked)
    assert.same({ a = 14, b = 24, c = 34 }, table_of("dict")[4])
    assert.same(12, table_of("dict"):slice(nil, "a")[2])
  end)

  it("has views in the other mode", function()
    assert.same({ a = 11, b = 21, c = 31 }, table_of("tuple"):asdict()[1])
    assert.same({ 11, 21, 31 }, table_of("dict"):astuple()[1])
    assert.same({ { 12 }, { a = 12 } },
      { from_data({ "a", { 11, 12 } }):astuple()[2], from_data({ "a", { 11, 12 } }):asdict()[2] })
    assert.same({ "dict", { "a", "b", "c" } },
      { table_of("tuple"):asdict().mode, table_of("tuple"):asdict().keys })
  end)

  it("fetches whole columns", function()
    local columns = { { 11, 12, 13, 14 }, { 21, 22, 23, 24 }, { 31, 32, 33, 34 } }
    assert.same(columns, table_of("tuple"):fetch())
    assert.same({ a = columns[1], b = columns[2], c = columns[3] }, table_of("dict"):fetch())
    assert.same(columns[2], table_of("tuple"):slice(nil, 2):fetch())
    local x = dg.ones(2, 3)
    assert.equal(x, from_data(x):fetch())
  end)

  it("converts columns to tensors where they can be", function()
    local x = dg.ones(2)
    local data = { x, { 1, 2 }, { true, false }, { x, x + 1 }, { "a", "b" }, { { 1 }, { 2 } }, {} }
    local got = table_of("tuple"):convert(data)
    assert.equal(x, got[1])
    assert.same({ { 1, 2 }, "float32" }, { got[2]:totable(), got[2].dtype })
    assert.same({ { true, false }, "bool" }, { got[3]:totable(), got[3].dtype })
    assert.same({ { 1, 1 }, { 2, 2 } }, got[4]:totable())
    assert.same({ { "a", "b" }, { { 1 }, { 2 } }, {} }, { got[5], got[6], got[7] })
    assert.same({ 1, 2 }, table_of("dict"):convert({ b = { 1, 2 } }).b:totable())
    assert.same({ 5, 6 }, from_data({ 1 }):convert({ 5, 6 }):totable())
    assert.same({ 5, 6 }, table_of("tuple"):slice({ 1 }, "a"):convert({ 5, 6 }):totable())
  end)

  it("converts in a way of one's own, through all views", function()
    local dataset = table_of("tuple"):with_converter(function(data)
      return { #data, data[1][1] }
    end)
    assert.same({ 3, 12 }, { dataset:batch { 2, 3 } })
    local view = dataset:asdict():astuple():slice(nil, { "b", "c" })
    assert.same({ 2, 22 }, { view:batch { 2 } })
    assert.same({ 4, 22 }, { view:concat(view):join(from_data { { "x", { 1, 2, 3, 4, 5, 6, 7, 8 } },
      { "y", { 1, 2, 3, 4, 5, 6, 7, 8 } } }):batch { 6 } })
    assert.equal("whole", table_of("dict"):with_converter(function() return "whole" end)
      :batch { 1 })
    assert.same({ 11, 21, 31 }, dataset[1])
  end)

  it("takes a convert of one's own", function()
    local dataset = table_of "tuple"
    dataset.convert = function(_, data) return { data[2][1] } end
    assert.same({ 21 }, { dataset:slice({ 1, 2 }):batch { 1 } })
  end)

  it("gives batches: a tensor for each column, a table of them, or one", function()
    local a, b, c = table_of("tuple"):batch { 4, 1 }
    assert.same({ { 14, 11 }, { 24, 21 }, { 34, 31 } }, { a:totable(), b:totable(), c:totable() })
    assert.same({ 24, 21 },
      table_of("dict"):batch(dg.tensor({ 4, 1 }, "int64")).b:totable())
    assert.same({ 14, 11 }, table_of("dict"):slice(nil, "a"):batch({ 4, 1 }):totable())
    assert.same({ { 14, 24, 34 }, { 11, 21, 31 } }, table_of("tuple"):examples { 4, 1 })
  end)

  it("goes through iterators", function()
    local x, t = dg.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } }, dg.tensor({ 7, 8, 9 }, "int32")
    local dataset = from_data { { "x", x }, { "t", t }, { "word", { "a", "b", "c" } } }
    local options = { shuffle = false, repeat_ = false }
    for _, name in ipairs { "SerialIterator", "MultiprocessIterator" } do
      options.n_processes = name == "MultiprocessIterator" and 1 or nil
      local iterator = dg.iterators[name](dataset, 2, options)
      local rows, labels, words = iterator:next()
      assert.same({ { { 1, 2 }, { 3, 4 } }, { 7, 8 }, "int32", { "a", "b" } },
        { rows:totable(), labels:totable(), labels.dtype, words })
      rows, labels, words = iterator:next()
      assert.same({ { { 5, 6 } }, { 9 }, { "c" } }, { rows:totable(), labels:totable(), words })
      assert.is_nil(iterator:next())
      iterator:finalize()
    end
    assert.same({ { 3, 4 }, { 1, 2 } },
      dg.datasets.SubDataset(dataset, 1, 2, { 2, 1, 3 }):batch({ 1, 2 }):totable())
  end)

  it("trains models, whose loss gets columns or a table of them", function()
    local dataset = from_data { { "x", dg.tensor { { 1 }, { 2 } } },
      { "t", function(i) return 3 * i end } }
    for _, mode in ipairs { "astuple", "asdict" } do
      local model = dg.Chain { l = dg.L.Linear(1, 1, { nobias = true, initialW = 0 }) }
      local optimizer = dg.optimizers.SGD(0.1):setup(model)
      local iterator = dg.iterators.SerialIterator(dataset[mode](dataset), 2)
      local function loss_func(x, t)
        if mode == "asdict" then x, t = x.x, x.t end
        return dg.F.mean_squared_error(model.l(x), t:reshape { -1, 1 })
      end
      local updater = dg.training.StandardUpdater(iterator, optimizer, { loss_func = loss_func })
      for _ = 1, 20 do updater:update() end
      assert.near(3, model.l.W:item(), 1e-3)
    end
  end)

  it("refuses columns of another length than was asked for, through all views", function()
    local function of(column)
      return TabularDataset { name = "short", keys = { "a" }, mode = "tuple",
        len = function() return 4 end, get_examples = function() return { column } end }
    end
    for _, column in ipairs { { 1, 2 }, dg.ones(2, 3), dg.ones(2) } do
      local short = of(column)
      local whole = from_data { "b", { 1, 2, 3, 4 } }
      for name, f in pairs {
        example = function() return short[1] end,
        examples = function() return short[{ 1, 3 }] end,
        batch = function() return short:batch { 1, 2, 3, 4 } end,
        fetch = function() return short:fetch() end,
        slice = function() return short:slice({ 4 }):fetch() end,
        concat = function() return short:concat(short):examples { 1, 6, 2 } end,
        join = function() return whole:join(short):fetch() end,
        transform = function() return short:transform("x", function(a) return a end):fetch() end,
        delegate = function() return dg.dataset.tabular.DelegateDataset(short)[4] end,
      } do
        local done, got = pcall(f)
        assert.is_false(done, name)
        assert.matches("^spec/dataset/tabular/tabular_dataset_spec.lua:%d+: ", got)
        assert.matches('get_examples returned 2 values of "a" for %d rows', got)
      end
    end
    assert.error_matches(function() return of(5)[1] end, "short: wanted a dataset")
  end)

  it("tells what is wrong, at the line of the caller", function()
    local function with(fields)
      for name, value in pairs { len = function() return 1 end, keys = { "a" },
        get_examples = function() return { { 1 } } end } do
        if fields[name] == nil then fields[name] = value end
      end
      return TabularDataset(fields)
    end
    assert.equal(1, with({})[1])
    for message, f in pairs {
      ["TabularDataset: wanted a table with the functions len and get_examples"] = function()
        TabularDataset { keys = { "a" } }
      end,
      ["TabularDataset: keys is an array of one name or more, not \"a\""] = function()
        with { keys = "a" }
      end,
      ["TabularDataset: keys is an array of one name or more, not a table"] = function()
        with { keys = {} }
      end,
      ["TabularDataset: keys are strings, not 1"] = function() with { keys = { 1 } } end,
      ['TabularDataset: mode is "tuple", "dict" or nil, not "list"'] = function()
        return with({ mode = "list" })[1]
      end,
      ["TabularDataset: without a mode there is one column, not 2"] = function()
        return with({ keys = { "a", "b" }, get_examples = function() return { { 1 }, { 2 } } end })
          :fetch()
      end,
      ["TabularDataset: get_examples has to return an array of 1 columns"] = function()
        return with({ get_examples = function() return 5 end })[1]
      end,
      ["TabularDataset: no example 2 among 1"] = function() with({}):batch { 2 } end,
      ["with_converter: wanted a function, got 3"] = function() with({}):with_converter(3) end,
    } do
      local done, got = pcall(f)
      assert.is_false(done, message)
      assert.matches("^spec/dataset/tabular/tabular_dataset_spec.lua:%d+: ", got)
      assert.matches(message, got, 1, true)
    end
  end)
end)
