local dg = require "dgraph"

describe("indexing", function()
  local x
  before_each(function() x = dg.arange(12):reshape { 3, 4 } end)
  local function ints(list) return dg.tensor(list, "int32") end

  it("takes positions from 1 and from the end", function()
    assert.same({ 0, 1, 2, 3 }, x[1]:totable())
    assert.same({ 8, 9, 10, 11 }, x[-1]:totable())
    assert.equal(6, x[{ 2, 3 }]:item())
    assert.equal(6, x[2][3]:item())
    assert.equal(11, x[{ -1, -1 }]:item())
  end)

  it("takes slices with both ends included", function()
    assert.same({ 4, 8 }, x[{ { 2, 3 }, 1 }]:totable())
    assert.same({ 4, 8 }, x[{ { 2 }, 1 }]:totable())
    assert.same({ 0, 4 }, x[{ { nil, 2 }, 1 }]:totable())
    assert.same({ 0, 2 }, x[{ 1, { 1, -1, 2 } }]:totable())
    assert.same({ 3, 2, 1, 0 }, x[{ 1, { -1, 1, -1 } }]:totable())
    assert.same({ 3, 2, 1, 0 }, x[{ 1, { nil, nil, -1 } }]:totable())
    assert.same({ 1, 5, 9 }, x[{ {}, 2 }]:totable())
    assert.same({ 1, 3, 4 }, x[{ dg.newaxis }].shape)
    assert.same({ 3, 1, 4 }, x[{ {}, dg.newaxis, {} }].shape)
    assert.same({ 0, 4 }, x[{ { 3, 2 } }].shape)
  end)

  it("takes tensors of positions, and masks", function()
    assert.same({ { 8, 9, 10, 11 }, { 0, 1, 2, 3 } }, x[ints { 3, 1 }]:totable())
    assert.same({ { 3, 0 }, { 7, 4 }, { 11, 8 } }, x[{ {}, ints { -1, 1 } }]:totable())
    assert.same({ 10, 11 }, x[x:gt(9)]:totable())
    assert.same({ 0 }, x[x:gt(99)].shape)
  end)

  it("shares elements with what it looks into", function()
    x[{ {}, 2 }]:fill(0)
    assert.same({ 0, 0, 2, 3 }, x[1]:totable())
  end)

  it("assigns numbers, tables and tensors", function()
    x[1] = 0
    x[{ 2, { 2, 3 } }] = { 7, 8 }
    x[x:gt(10)] = -1
    x[{ {}, ints { 1 } }] = 9
    assert.same({ { 9, 0, 0, 0 }, { 9, 7, 8, 7 }, { 9, 9, 10, -1 } }, x:totable())
    x[ints { 1, 2 }] = dg.full({ 4 }, 5)
    x[{ 3, 1 }] = true
    assert.same({ { 5, 5, 5, 5 }, { 5, 5, 5, 5 }, { 1, 9, 10, -1 } }, x:totable())
  end)

  it("lets gradients through", function()
    local w = dg.Variable { 1, 2, 3 }
    dg.F.sum(w[{ { 2, 3 } }] * 2 + w[1]):backward()
    assert.same({ 2, 2, 2 }, w.grad:totable())
  end)

  it("refuses what is out of range or no position", function()
    for _, case in ipairs {
      { 0, "positions count from 1" }, { 4, "4 is out of range" }, { -4, "-4 is out of range" },
      { 1.5, "must be an integer, got 1.5" }, { 0 / 0, "must be an integer" },
      { { 1, 1, 1 }, "" }, { { "a" }, "no position, slice or tensor" },
      { { { 1, 2, 3, 4 } }, "a slice is {from, to, step}" }, { { { 1, 2, 0 } }, "" },
      { { { a = 1 } }, "a slice is" }, { ints { 0 }, "" }, { ints { 9 }, "" },
      { print, "no position, table or tensor" },
    } do
      local ok, message = pcall(function() return x[case[1]] end)
      assert.is_false(ok)
      assert.truthy(message:find(case[2], 1, true), message)
      assert.is_false((pcall(function() x[case[1]] = 1 end)))
    end
    assert.is_false((pcall(function() x[1] = "a" end)))
    assert.is_false((pcall(function() x[1] = { 1, 2 } end)))
    assert.is_false((pcall(function() dg.Variable({ 1 })[1] = 2 end)))
  end)
end)
