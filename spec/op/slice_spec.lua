local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"
local settle = require "spec.support.settle"

local F, C, wrap = dg.F, native.C, native.wrap
local OTHERS = { "int32", "int64", "uint8", "bool" }

op_case("index", {
  f = function(x) return x[{ { 2, 4, 2 }, dg.newaxis, { -1, 1, -1 } }] end,
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { { 1, 2 }, { 3, 4 }, { 5, 6 } }, { { { 4, 3 } } } } },
  shapes = { { 1, 1 }, { 0, 3 }, { 5, 3 }, { 4, 2, 3 } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

op_case("index by one position", {
  f = function(x) return x[2] end,
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { { 1, 2 }, { 3, 4 } }, { 3, 4 } } },
  shapes = { { 2 }, { 2, 0 }, { 4, 3 }, { 2, 3, 2 } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

op_case("flip", {
  f = function(x) return F.flip(x) end,
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { { 1, 2 }, { 3, 4 } }, { { 4, 3 }, { 2, 1 } } } },
  dtypes = OTHERS,
})

op_case("narrow", {
  f = function(x) return wrap(C.dg_narrow(x, -1, 1, 2)) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 3 }, { 0, 3 }, { 4, 3 }, { 2, 3, 3 } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

op_case("select", {
  f = function(x) return wrap(C.dg_select(x, -1, -1)) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 3 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

describe("index", function()
  local x = dg.tensor { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 }, { 10, 11, 12 } }

  it("takes positions and ranges, both ends included", function()
    assert.same({ 4, 5, 6 }, x[2]:totable())
    assert.same({ 10, 11, 12 }, x[-1]:totable())
    assert.same({ 4, 7, 10 }, x[{ { 2, 4 }, 1 }]:totable())
    assert.same({ { 1, 3 }, { 7, 9 } }, x[{ { 1, -1, 2 }, { 1, 3, 2 } }]:totable())
    assert.same({ 12, 9 }, x[{ { -1, 3, -1 }, 3 }]:totable())
    assert.equal(6, x[{ 2, 3 }]:item())
  end)

  it("cuts ranges off where the axis ends", function()
    assert.same({ 2, 3 }, x[{ { 3, 100 } }].shape)
    assert.same({ { 1, 2, 3 } }, x[{ { -100, 1 } }]:totable())
    assert.same({ { 10, 11, 12 }, { 1, 2, 3 } }, x[{ { 100, -100, -3 } }]:totable())
    assert.same({ 0, 3 }, x[{ { 3, 2 } }].shape)
    assert.same({ 0, 3 }, x[{ { 9, 12 } }].shape)
  end)

  it("takes steps of any size", function()
    assert.same({ { 1, 2, 3 } }, x[{ { 1, 4, 2 ^ 53 } }]:totable())
    assert.same({ { 10, 11, 12 } }, x[{ { 4, 1, -2 ^ 53 } }]:totable())
  end)

  it("refuses what is out of range, with the number as it was given", function()
    assert.error_matches(function() return x[5] end,
      "index 5 is out of range for axis 1 of size 4")
    assert.error_matches(function() return x[-5] end, "index %-5 is out of range for axis 1")
    assert.error_matches(function() return x[{ 1, 4 }] end, "index 4 is out of range for axis 2")
    assert.error_matches(function() return x[{ 1, 1, 1 }] end, "more than 2 indices")
    assert.error_matches(function() return wrap(C.dg_narrow(x, 1, 2, 2)) end,
      "narrow: 2 places from 3 on are out of range for axis 2 of size 3")
    assert.error_matches(function() return wrap(C.dg_select(x, 1, 3)) end,
      "select: index 4 is out of range for axis 2 of size 3")
    local new = dg.newaxis
    assert.error_matches(function() return x[{ new, new, new, new, new, new, new }] end,
      "more than 8 axes")
  end)

  it("shares the elements of its input", function()
    local base = dg.zeros(3, 3)
    local view = base[{ { 3, 1, -1 }, 2 }]
    view[1] = 7
    F.flip(base)[{ 3, 3 }] = 5
    assert.same({ { 5, 0, 0 }, { 0, 0, 0 }, { 0, 7, 0 } }, base:totable())
    assert.equal(base.version, view.version)
  end)

  it("keeps the storage alive alone", function()
    local view
    do
      local base = dg.arange(100000)
      view = base[{ { 5, 6 } }]
    end
    settle()
    assert.same({ 4, 5 }, view:totable())
  end)
end)
