local dg = require "dgraph"
local from_data = dg.dataset.tabular.from_data

local data = from_data { { "a", dg.tensor { 1, 2, 3 } }, { "b", { 10, 20, 30 } } }

describe("dataset:transform", function()
  it("makes examples when they are asked for", function()
    local calls = 0
    local dataset = data:transform({ "sum", "b" }, function(a, b)
      calls = calls + 1
      return { a:item() + b, b }
    end)
    assert.same({ 0, 3, { "sum", "b" } }, { calls, #dataset, dataset.keys })
    assert.same({ 33, 30 }, dataset[3])
    assert.same({ "tuple", 1 }, { dataset.mode, calls })
    assert.same({ { 22, 11 }, { 20, 10 } }, dataset:slice({ 2, 1 }):fetch())
    assert.same({ 20, 10 }, dataset:slice({ 2, 1 }, "b"):fetch())
    local x, b = dataset:batch { 1, 2 }
    assert.same({ { 11, 22 }, { 10, 20 } }, { x:totable(), b:totable() })
  end)

  it("gives and takes tables by name", function()
    local dataset = data:asdict():transform({ "x", "y" }, function(row)
      return { y = row.b, x = row.a:item() }
    end)
    assert.equal("dict", dataset.mode)
    assert.same({ x = 2, y = 20 }, dataset[2])
    assert.same({ 30 }, dataset:slice({ 3 }, "y"):fetch())
  end)

  it("gives values without a mode", function()
    local dataset = data:transform("b2", function(_, b) return { b, b } end)
    assert.same({ "nil", { 10, 10 } }, { type(dataset.mode), dataset[1] })
    dataset = data:transform({ "b2" }, function(_, b) return 2 * b end)
    assert.same({ "nil", 40 }, { type(dataset.mode), dataset[2] })
    assert.equal("tuple", data:transform({ "b2" }, function(_, b) return { b } end).mode)
    assert.same({ 3 }, from_data({ 1, 2 }):transform("c", function(x) return x + 1 end)
      :slice({ 2 }):fetch())
  end)

  it("asks the function for its mode once", function()
    local calls = 0
    local function f()
      calls = calls + 1
      return { x = 1, y = 2 }
    end
    local dataset = data:transform({ "x", "y" }, f)
    assert.same({ "dict", "dict", 1 }, { dataset.mode, dataset.mode, calls })
    assert.equal("tuple", from_data({}):transform({ "x", "y" }, f).mode)
    assert.equal(1, calls)
  end)
end)

describe("dataset:transform_batch", function()
  it("makes many rows at once", function()
    local counts = {}
    local dataset = data:transform_batch({ "a2", "b" }, function(a, b)
      counts[#counts + 1] = #b
      return { a * a, b }
    end)
    local a2, b = dataset:batch { 3, 1 }
    assert.same({ { 9, 1 }, { 30, 10 }, { 2 } }, { a2:totable(), b:totable(), counts })
    assert.same({ "tuple", 4 }, { dataset.mode, dataset[2][1]:item() })
    assert.same({ 1, 4, 9 }, dataset:slice(nil, "a2"):fetch():totable())
    assert.same({ 20 }, dataset:slice({ 2 }, "b"):fetch())
  end)

  it("gives and takes tables by name, and one column", function()
    local dataset = data:asdict():transform_batch({ "x" }, function(columns)
      return { x = columns.a + 1 }
    end)
    assert.same({ "dict", 4 }, { dataset.mode, dataset[3].x:item() })
    dataset = data:transform_batch("x", function(_, b) return b end)
    assert.same({ "nil", 20 }, { type(dataset.mode), dataset[2] })
  end)
end)

describe("a transform", function()
  it("refuses what does not go with its keys, at the line of the caller", function()
    local function changing()
      local count = 0
      return function()
        count = count + 1
        if count == 1 then return { 1, 2 } end
        return { x = 1, y = 2 }
      end
    end
    local keys = { "x", "y" }
    for message, f in pairs {
      ["transform: wanted a function, got nil"] = function() data:transform(keys) end,
      ["transform_batch: wanted a function, got 3"] = function() data:transform_batch(keys, 3) end,
      ["TabularDataset: keys is an array"] = function() data:transform(3, changing()) end,
      ["transform: wanted 2 values in an array or a table, got 5"] = function()
        return data:transform(keys, function() return 5 end)[1]
      end,
      ['transform: no value for "y" came back'] = function()
        return data:transform(keys, function() return { x = 1 } end)[1]
      end,
      ['transform: no value for "x" came back'] = function()
        return data:transform("x", function() end)[1]
      end,
      ["transform: 3 values came back for 2 keys"] = function()
        return data:transform(keys, function() return { 1, 2, 3 } end)[1]
      end,
      ["transform: an array, a table by name or a value may come back, but always"] = function()
        return data:transform(keys, changing()):fetch()
      end,
      ['transform_batch: 2 values of "x" came back for 3 rows'] = function()
        return data:transform_batch("x", function() return { 1, 2 } end):fetch()
      end,
      ["transform_batch: wanted a dataset"] = function()
        return data:transform_batch("x", function() return 5 end):fetch()
      end,
    } do
      local done, got = pcall(f)
      assert.is_false(done, message)
      assert.matches("^spec/dataset/tabular/transform_spec.lua:%d+: ", got)
      assert.matches(message, got, 1, true)
    end
  end)
end)
