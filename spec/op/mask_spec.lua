local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"

local C, wrap = native.C, native.wrap
local OTHERS = { "int32", "int64", "uint8", "bool" }

local function bools(t) return dg.tensor(t, "bool") end

op_case("mask_select", {
  f = function(x) return x[bools { true, false, true, true }] end,
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { 1, 2, 3, 4 }, { 1, 3, 4 } } },
  shapes = { { 4 }, { 4, 0 }, { 4, 3 }, { 4, 2, 2 } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

op_case("nonzero", {
  f = dg.F.nonzero,
  inputs = function(r) return { r.pick { 0, 1, 2 } } end,
  elementwise = false,
  any_shape = true,
  dtypes = OTHERS,
  result_dtype = true,
  differentiable = false,
})

op_case("mask_select by a matrix", {
  f = function(x) return x[bools { { true, false, true }, { false, false, true } }] end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 2, 3, 0 }, { 2, 3 }, { 2, 3, 2 } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

describe("mask_select", function()
  local x = dg.tensor { { 1, 2, 3 }, { 4, 5, 6 } }

  it("takes elements where the mask is true, in row-major order", function()
    local mask = bools { { true, false, true }, { false, false, true } }
    assert.same({ 1, 3, 6 }, x[mask]:totable())
    assert.same({ 1, 3, 6 }, x:transpose()[mask:transpose()]:totable())
    assert.same({ { 4, 5, 6 } }, x[bools { false, true }]:totable())
    assert.same({ 0, 3 }, x[bools { false, false }].shape)
  end)

  it("refuses a mask of another shape or dtype", function()
    assert.error_matches(function() return x[bools { true, false, true }] end,
      "mask_select: a mask of shape 3 for a tensor of shape 2x3")
    assert.error_matches(function() return wrap(C.dg_mask_select(x, x)) end,
      "wanted a mask of bool, got float32")
  end)
end)

describe("nonzero", function()
  it("gives the coordinates of what is not 0, counted from 1", function()
    local x = dg.tensor { { 0, 2, 0 }, { -1, 0, 0 / 0 } }
    assert.same({ { 1, 2 }, { 2, 1 }, { 2, 3 } }, x:nonzero():totable())
    assert.same({ { 1, 2 }, { 2, 1 }, { 3, 2 } }, x:transpose():nonzero():totable())
    assert.equal("int64", x:nonzero().dtype)
    assert.same({ 0, 2 }, dg.zeros(2, 2):nonzero().shape)
    assert.same({ 1, 0 }, dg.tensor(3):nonzero().shape)
  end)
end)
