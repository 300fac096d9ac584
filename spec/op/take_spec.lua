local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"

local F, C, wrap = dg.F, native.C, native.wrap
local NUMBERS = { "int32", "int64", "uint8" }
local OTHERS = { "int32", "int64", "uint8", "bool" }

local function places(t) return dg.tensor(t, "int64") end

local INDICES = { row = { 2, 1, 2, -1 }, matrix = { { 2, 1, 1 }, { -1, 2, 1 } }, one = 2 }

for axis = 1, 2 do
  for name, index in pairs(INDICES) do
    op_case(("take along axis %d, %s"):format(axis, name), {
      f = function(x) return F.take(x, places(index), axis) end,
      inputs = function(r) return { r(-2, 2) } end,
      shapes = { { 2, 2 }, { 3, 4 }, { 2, 3, 2 } },
      layouts = { axis == 1 and { { 2, 0 } } or { { 0, 2 } } },
      bad_shapes = { { {} }, { { 1, 1 } } },
      elementwise = false,
      dtypes = OTHERS,
      nan = "some",
    })
  end
end

op_case("take of one element", {
  f = function(x) return F.take(x, places { 1 }) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1 }, { 1, 1 } },
  dtypes = OTHERS,
})

op_case("scatter_add", {
  f = function(x) return wrap(C.dg_scatter_add(x, 0, places { 3, 1, 3, -1 }, 1, 4)) end,
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { 1, 2, 3, 4 }, { 2, 0, 4, 4 } } },
  shapes = { { 4 }, { 4, 0 }, { 4, 3 }, { 4, 2, 2 } },
  bad_shapes = { { { 3 } }, { {} } },
  elementwise = false,
  dtypes = NUMBERS,
  nan = "some",
})

op_case("scatter_add of one element", {
  f = function(x) return wrap(C.dg_scatter_add(x, 0, places { 1 }, 1, 1)) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1 }, { 1 } },
  bad_dtypes = { "bool" },
  nan = "some",
})

describe("take", function()
  local x = dg.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } }

  it("takes places by integers of any kind and shape", function()
    for _, dtype in ipairs(NUMBERS) do
      assert.same({ { 5, 6 }, { 1, 2 } }, x[dg.tensor({ 3, 1 }, dtype)]:totable())
    end
    assert.same({ 2, 2, 2 }, x[places { { 3, 1 }, { 2, 2 } }].shape)
    assert.same({ 3, 4 }, x[places(2)]:totable())
    assert.same({ 0, 2 }, x[dg.zeros({ 0 }, "int64")].shape)
    assert.same({ 2, 4, 6 }, F.take(x, places(-1), 2):totable())
  end)

  it("does not see the index change afterwards", function()
    local w, index = dg.Variable(x), places { 1, 1, 3 }
    local y = w[index]
    index[1] = 2
    y:sum():backward()
    assert.same({ { 2, 2 }, { 0, 0 }, { 1, 1 } }, w.grad:totable())
  end)

  it("refuses positions out of range, with the range", function()
    local range = "out of range for axis 1: wanted 1 to 3, or %-3 to %-1"
    assert.error_matches(function() return x[places { 1, 4 }] end, "take: index 4 is " .. range)
    assert.error_matches(function() return x[places { 1, 0 }] end, "take: index 0 is " .. range)
    assert.error_matches(function() return x[places { -4 }] end, "take: index %-4 is " .. range)
    assert.error_matches(function() return dg.zeros(0, 2)[places { 1 }] end, "which is empty")
    assert.error_matches(function() return x[dg.tensor { 1, 2 }] end,
      "wanted an index of int32, int64 or uint8, got float32")
  end)

  it("refuses too many axes", function()
    local index = dg.ones({ 1, 1, 1, 1, 1, 1, 1, 1 }, "int64")
    assert.error_matches(function() return x[index] end, "more than 8 axes")
  end)
end)
