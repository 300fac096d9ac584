local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local ALL = { "int32", "int64", "uint8", "bool" }

local TRUTH = { -- of 1 and 2, 2 and 2, 3 and 2, NaN and 2
  lt = { true, false, false, false },
  le = { true, true, false, false },
  gt = { false, false, true, false },
  ge = { false, true, true, false },
  eq = { false, true, false, false },
  ne = { true, false, true, true },
}

for name, truth in pairs(TRUTH) do
  op_case(name, {
    f = F[name],
    inputs = function(r) return { r.pick { 0, 1, 2 }, r.pick { 0, 1, 2 } } end,
    broadcast = true,
    dtypes = ALL,
    result_dtype = "bool",
    differentiable = false,
    nan = "some",
    known = { { { 1, 2, 3, 0 / 0 }, { 2, 2, 2, 2 }, truth, out = "bool" } },
  })

  op_case(name .. " with a number", {
    f = function(x) return x[name](x, 2) end,
    error_name = name,
    inputs = function(r) return { r.pick { 0, 1, 2 } } end,
    dtypes = ALL,
    result_dtype = "bool",
    differentiable = false,
    nan = "some",
    known = { { { 1, 2, 3, 0 / 0 }, truth, out = "bool" } },
  })
end

describe("comparisons with a number", function()
  it("do not round it beside integers", function()
    assert.same({ true, false }, dg.tensor({ 2, 3 }, "int32"):lt(2.5):totable())
    assert.same({ true, true }, dg.tensor({ 0, 3 }, "uint8"):gt(-1):totable())
    assert.same({ false }, dg.tensor({ 44 }, "uint8"):eq(300):totable())
  end)

  it("take the number on the left", function()
    assert.same({ false, true }, F.lt(2, dg.tensor { 1, 3 }):totable())
  end)

  it("have no gradient", function()
    assert.is_false(dg.Variable({ 1 }):lt(2).requires_grad)
  end)
end)
