local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

for name, wanted in pairs { any = { false, true, true }, all = { false, false, true } } do
  op_case(name, {
    f = function(x) return F[name](x, -1) end,
    inputs = function(r) return { r.pick { -1, 0, 0, 2 } } end,
    elementwise = false,
    bad_shapes = { { {} } },
    shapes = { { 1 }, { 0, 3 }, { 3, 0 }, { 4, 3 }, { 2, 3, 2 } },
    usual = { 4, 3 },
    dtypes = { "int32", "int64", "bool" },
    taken = { float32 = true, float64 = true, uint8 = true },
    result_dtype = true,
    differentiable = false,
    nan = "some",
    known = {
      { { { 0, 0 }, { 0, 3 }, { 1, 2 } }, wanted, out = "bool" },
      { { { false, false }, { false, true }, { true, true } }, wanted, dtype = "bool" },
      { { { 0, 0 }, { 0, 0.5 }, { 0 / 0, 1 } }, wanted, out = "bool" },
      { { { 0, 0 }, { 0, 256 }, { -1, 1 } }, wanted, dtype = "int64", out = "bool" },
    },
  })
end

describe("any and all", function()
  it("go over some axes, or all", function()
    local x = dg.tensor { { { 1, 0 }, { 0, 0 } }, { { 1, 1 }, { 1, 1 } } }
    assert.is_true(F.any(x):item())
    assert.is_false(F.all(x):item())
    assert.same({ true, true }, F.any(x, { 2, 3 }):totable())
    assert.same({ { { false } }, { { true } } }, F.all(x, { 2, 3 }, true):totable())
    assert.same({ 2, 1, 1 }, x:any({ axis = { 2, 3 }, keepdims = true }).shape)
  end)

  it("answer where there is nothing", function()
    assert.is_false(F.any(dg.zeros(0)):item())
    assert.is_true(F.all(dg.zeros(0)):item())
    assert.same({ { true }, { true } }, F.all(dg.zeros(2, 0), 2, true):totable())
    assert.same({ 0 }, F.any(dg.zeros(2, 0), 1).shape)
    assert.has_error(function() F.any(dg.zeros(2), 2) end, "any: axis 2 is out of range for 1 axes")
  end)
end)
