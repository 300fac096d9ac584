local dg = require "dgraph"
local from_data = dg.dataset.tabular.from_data

describe("dataset:slice", function()
  local a, b, c = dg.tensor { 11, 12, 13, 14 }, { 21, 22, 23, 24 }, { "i", "j", "k", "l" }
  local dataset = from_data { { "a", a }, { "b", b }, { "c", c } }

  --- The column b of some rows.
  local function rows(...) return dataset:slice(...):slice(nil, "b"):fetch() end

  it("chooses rows by positions, also from the end", function()
    assert.same({ 23, 22, 23 }, rows { 3, 2, 3 })
    assert.same({ 24, 21 }, rows { -1, -4 })
    assert.same({ 22 }, rows(dg.tensor({ 2 }, "int32")))
    assert.same({}, rows {})
    assert.equal(b, rows())
  end)

  it("chooses rows by booleans", function()
    assert.same({ 21, 24 }, rows { true, false, false, true })
    assert.same({ 23, 24 }, rows(dg.tensor { 1, 2, 3, 4 }:gt(2)))
  end)

  it("chooses rows by a slice, both ends included", function()
    assert.same({ 22, 23 }, rows { { 2, 3 } })
    assert.same({ 21, 23 }, rows { { 1, 4, 2 } })
    assert.same({ 23, 24 }, rows { { -2 } })
    assert.same({ 21, 22, 23, 24 }, rows { {} })
    assert.same({ 24, 23, 22, 21 }, rows { { nil, nil, -1 } })
    assert.same({ 24, 22 }, rows { { 4, 1, -2 } })
    assert.same({}, rows { { 3, 2 } })
    assert.same({}, from_data({}):slice { {} }:fetch())
  end)

  it("chooses columns by names and positions", function()
    local view = dataset:slice({ 4, 3 }, { "c", 1 })
    assert.same({ { "c", "a" }, "tuple", 2 }, { view.keys, view.mode, #view })
    assert.same({ "l", 14 }, { view[1][1], view[1][2]:item() })
    assert.same({ "c" }, dataset:slice(nil, { -1 }).keys)
    assert.same({ c = "j", b = 22 }, dataset:asdict():slice(nil, { "c", "b" })[2])
    assert.same({ 21, 21 }, dataset:slice(nil, { "b", "b" }):slice({ 1 }, { 1, 2 })[1])
  end)

  it("has no mode with one column that is not in an array", function()
    local view = dataset:asdict():slice({ 2 }, "c")
    assert.same({ "nil", { "c" }, "j" }, { type(view.mode), view.keys, view[1] })
    assert.equal("dict", dataset:asdict():slice({ 2 }, { "c" }).mode)
    assert.equal("tuple", view:slice(nil, { 1 }).mode)
    assert.same({ 12, 14 }, dataset:slice({ 4, 2 }, 1):batch({ 2, 1 }):totable())
  end)

  it("is a view of views", function()
    local view = dataset:slice({ 4, 3, 2 }, { 3, 2 }):slice({ { 3, 1, -2 } }, { 2 })
    assert.same({ { 22 }, { 24 } }, view[{ 1, 2 }])
    assert.equal(1, view:slice({ -1 }):len())
    assert.same({ { 24 } }, view:slice({ false, true }):examples { 1 })
  end)

  it("refuses what is not there, at the line of the caller", function()
    for message, arguments in pairs {
      ["slice: no row 5 among 4"] = { { 5 } },
      ["slice: no row 0 among 4"] = { { 0 } },
      ["slice: no row -5 among 4"] = { { 1, -5 } },
      ["slice: a position must be an integer, got 1.5"] = { { 1.5 } },
      ["slice: a position must be an integer, got true"] = { { 1, true } },
      ["slice: wanted only booleans, got 1"] = { { true, 1, true, true } },
      ["slice: 3 booleans for 4 rows"] = { { true, false, true } },
      ["slice: no row 9 among 4"] = { { { 2, 9 } } },
      ["slice: the step is 0"] = { { { 1, 2, 0 } } },
      ["slice: the step must be an integer, got 0.5"] = { { { 1, 2, 0.5 } } },
      ["slice: rows are an array or a tensor, not 3"] = { 3 },
      ["slice: a tensor of rows has one axis, not 2"] = { dg.tensor({ { 1, 2 } }, "int32") },
      ["slice: a tensor of rows has one axis, not 0"] = { dg.tensor(1, "int32") },
      ["slice: no column 4 among 3"] = { nil, 4 },
      ['slice: no column "d" among a, b, c'] = { nil, { "a", "d" } },
      ["slice: no column true among a, b, c"] = { nil, { true } },
      ["slice: no columns are named"] = { nil, {} },
    } do
      local done, got = pcall(function() dataset:slice(arguments[1], arguments[2]) end)
      assert.is_false(done, message)
      assert.matches("^spec/dataset/tabular/slice_spec.lua:%d+: ", got)
      assert.matches(message, got, 1, true)
    end
  end)
end)
