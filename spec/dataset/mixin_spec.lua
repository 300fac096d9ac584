local dg = require "dgraph"
local DatasetMixin = require "dgraph.dataset".DatasetMixin
local SerialIterator = require "dgraph.iterators".SerialIterator

describe("DatasetMixin", function()
  local squares = DatasetMixin {
    name = "squares",
    len = function() return 5 end,
    get_example = function(_, i) return { dg.tensor { i }, i * i } end,
  }

  it("has a length, examples, ranges and batches", function()
    assert.equal(5, #squares)
    assert.equal("squares of 5 examples", tostring(squares))
    assert.equal(9, squares[3][2])
    local last = squares[{ -2, -1 }]
    assert.same({ 2, 16, 25 }, { #last, last[1][2], last[2][2] })
    local x, y = squares:batch { 2, 4 }
    assert.same({ { { 2 }, { 4 } }, { 4, 16 } }, { x:totable(), y:totable() })
    assert.equal(16, squares:examples(dg.tensor({ 4 }, "int32"))[1][2])
  end)

  it("goes through iterators", function()
    local sums = {}
    for _, y in SerialIterator(squares, 2, { shuffle = false, repeat_ = false }) do
      sums[#sums + 1] = y:sum():item()
    end
    assert.same({ 5, 25, 25 }, sums)
  end)

  it("keeps fields", function()
    squares.offset = 3
    assert.equal(3, squares.offset)
    assert.is_nil(squares.nothing)
  end)

  it("refuses positions that do not exist, and half of the methods", function()
    for _, key in ipairs { 0, 6, -1, 1.5, 0 / 0, { 0, 2 }, { 3, 6 }, { "a", 2 },
      { 1, "b" }, { 0 / 0, 2 }, { 1, true } } do
      local done, message = pcall(function() return squares[key] end)
      assert.is_false(done)
      assert.matches("^spec/dataset/mixin_spec.lua:%d+: squares: no example", message)
    end
    assert.has_error(function() squares:batch { 6 } end)
    assert.has_error(function() squares:batch(3) end)
    assert.has_error(function() DatasetMixin { len = function() return 1 end } end)
    assert.has_error(function() DatasetMixin() end)
  end)
end)
