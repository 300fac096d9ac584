local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local OTHERS = { "int32", "int64", "uint8", "bool" }

op_case("squeeze", {
  f = function(x) return F.squeeze(x) end,
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { { { 1, 2 } } }, { 1, 2 } }, { { { 3 } }, 3 } },
  any_shape = true,
  shapes = { {}, { 1 }, { 1, 0, 1 }, { 2, 1, 3 }, { 1, 4, 1 } },
  elementwise = false,
  dtypes = OTHERS,
})

op_case("expand_dims", {
  f = function(x) return F.expand_dims(x, -1) end,
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { 1, 2 }, { { 1 }, { 2 } } } },
  bad_shapes = { { { 1, 1, 1, 1, 1, 1, 1, 1 } } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

describe("squeeze", function()
  it("takes out the axes asked for", function()
    assert.same({ 1, 2 }, dg.zeros(1, 2, 1):squeeze(3).shape)
    assert.same({ 2 }, dg.zeros(1, 2, 1):squeeze({ 1, -1 }).shape)
  end)

  it("refuses an axis of another size than 1", function()
    assert.error_matches(function() dg.zeros(1, 2):squeeze(2) end,
      "squeeze: axis 2 has size 2, wanted 1")
  end)
end)

describe("expand_dims", function()
  it("puts an axis at any place", function()
    local x = dg.zeros(2, 3)
    assert.same({ 1, 2, 3 }, x:expand_dims(1).shape)
    assert.same({ 2, 1, 3 }, x:expand_dims(2).shape)
    assert.same({ 2, 3, 1 }, x:expand_dims(3).shape)
    assert.same({ 2, 1, 3 }, x:expand_dims(-2).shape)
  end)

  it("shares the elements of its input", function()
    local x = dg.zeros(2)
    x:expand_dims(1)[{ 1, 2 }] = 7
    x:expand_dims(1):squeeze()[1] = 5
    assert.same({ 5, 7 }, x:totable())
  end)

  it("refuses places and ranks that there are not", function()
    assert.error_matches(function() dg.zeros(2, 3):expand_dims(4) end,
      "expand_dims: axis 4 is out of range for 3 axes")
    assert.error_matches(function() dg.zeros(1, 1, 1, 1, 1, 1, 1, 1):expand_dims(1) end,
      "more than 8 axes")
  end)
end)
