local ffi = require "ffi"
local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"

local C, wrap = native.C, native.wrap

local function pad(x, before, after, value)
  return wrap(C.dg_pad(x, ffi.new("int64_t[8]", before), ffi.new("int64_t[8]", after), value))
end

op_case("pad", {
  f = function(x) return pad(x, { 1, 0, 2 }, { 0, 2, 1 }, 3) end,
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { { 1, 2 } }, { { 3, 3, 3, 3 }, { 1, 2, 3, 3 } } } },
  elementwise = false,
  dtypes = { "int32", "int64", "uint8", "bool" },
  any_shape = true, -- it is as many axes that are given
  nan = "some",
})

describe("pad", function()
  it("pads nothing around nothing", function()
    assert.same({ 9, 9 }, pad(dg.zeros(0), { 1 }, { 1 }, 9):totable())
    assert.same({ 0, 0 }, pad(dg.zeros(2), { 0 }, { 0 }, 9):totable())
  end)

  it("refuses amounts below 0 and shapes that are too large", function()
    assert.error_matches(function() pad(dg.zeros(2), { -1 }, { 0 }, 0) end,
      "pad: axis 1 cannot grow by %-1 and 0")
    assert.error_matches(function() pad(dg.zeros(2, 2), { 2 ^ 62, 2 }, { 0, 0 }, 0) end,
      "pad: a shape of too many elements")
  end)
end)
