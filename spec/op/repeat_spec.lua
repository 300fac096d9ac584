local ffi = require "ffi"
local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"

local C, wrap = native.C, native.wrap
local OTHERS = { "int32", "int64", "uint8", "bool" }

local function tile(x, ...)
  return wrap(C.dg_tile(x, select("#", ...), ffi.new("int64_t[8]", { ... })))
end

op_case("repeat", {
  f = function(x) return wrap(C.dg_repeat(x, -1, 3)) end,
  bad_shapes = { { {} } },
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { { 1, 2 }, { 3, 4 } }, { { 1, 1, 1, 2, 2, 2 }, { 3, 3, 3, 4, 4, 4 } } } },
  shapes = { { 1 }, { 0, 3 }, { 3, 0 }, { 4, 3 }, { 2, 3, 2 } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

op_case("tile", {
  f = function(x) return tile(x, 2, 1, 3) end,
  any_shape = true,
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { 1, 2 }, { { { 1, 2, 1, 2, 1, 2 } }, { { 1, 2, 1, 2, 1, 2 } } } } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

describe("repeat", function()
  it("repeats along any axis, also not at all", function()
    local x = dg.tensor { { 1, 2 }, { 3, 4 } }
    assert.same({ { 1, 2 }, { 1, 2 }, { 3, 4 }, { 3, 4 } }, wrap(C.dg_repeat(x, 0, 2)):totable())
    assert.same({ 2, 0 }, wrap(C.dg_repeat(x, 1, 0)).shape)
    assert.error_matches(function() wrap(C.dg_repeat(x, 1, -1)) end,
      "repeat: axis 2 cannot be had %-1 times")
  end)
end)

describe("tile", function()
  it("lays the whole out along the last axes", function()
    local x = dg.tensor { { 1, 2 }, { 3, 4 } }
    assert.same({ { 1, 2, 1, 2 }, { 3, 4, 3, 4 } }, tile(x, 2):totable())
    assert.same({ { 1, 2 }, { 3, 4 }, { 1, 2 }, { 3, 4 } }, tile(x, 2, 1):totable())
    assert.same({ 0, 2 }, tile(x, 0, 1).shape)
  end)
end)
