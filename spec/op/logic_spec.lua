local F = require("dgraph").F
local op_case = require "spec.support.op_case"

local BOOL = { "bool", "bool" }
local REST = { "float32", "float64", "int32", "int64", "uint8" }
local dg = require "dgraph"

local function bools(r) return { dg.tensor(r.pick { 0, 1 }, "bool") } end

local function two_bools(r) return { bools(r)[1], bools(r)[1] } end

op_case("logical_not", {
  f = F.logical_not, inputs = bools, differentiable = false, nan = "some", bad_dtypes = REST,
  taken = {},
  known = { { { true, false }, { false, true }, dtype = BOOL } },
})

op_case("logical_and", {
  f = F.logical_and, inputs = two_bools, differentiable = false, nan = "some", bad_dtypes = REST,
  taken = {}, broadcast = true,
  known = { { { true, true, false }, { true, false, false }, { true, false, false },
    dtype = BOOL } },
})

op_case("logical_or", {
  f = F.logical_or, inputs = two_bools, differentiable = false, nan = "some", bad_dtypes = REST,
  taken = {}, broadcast = true,
  known = { { { true, true, false }, { true, false, false }, { true, true, false },
    dtype = BOOL } },
})

for name, truth in pairs {
  isnan = { false, true, false, false },
  isinf = { false, false, true, true },
  isfinite = { true, false, false, false },
} do
  op_case(name, {
    f = F[name],
    inputs = function(r) return { r.pick { 0, 1, 0 / 0, 1 / 0 } } end,
    dtypes = { "int32", "int64", "uint8", "bool" },
    result_dtype = "bool",
    differentiable = false,
    nan = "some",
    known = { { { 1, 0 / 0, 1 / 0, -1 / 0 }, truth, out = "bool" } },
  })
end

describe("isnan", function()
  it("knows NaN of any sign, and only that", function()
    local x = dg.tensor({ 0 / 0, -(0 / 0), 1 / 0, 0 }, "float64")
    assert.same({ true, true, false, false }, dg.F.isnan(x):totable())
  end)
end)
