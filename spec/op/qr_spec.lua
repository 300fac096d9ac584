local dg = require "dgraph"
local matrices = require "spec.support.matrices"
local op_case = require "spec.support.op_case"

local F = dg.F

for _, shape in ipairs { { 3, 3 }, { 4, 2 }, { 2, 4 }, { 1, 1 }, { 3, 0 }, { 2, 3, 2 } } do
  op_case("qr of " .. table.concat(shape, "x"), {
    f = F.qr,
    inputs = matrices.inputs(shape),
    shapes = { {} },
    bad_shapes = { { { 3 } } },
    elementwise = false,
    nan = "some",
    overwritten = { "y" },
    error_name = "qr",
  })
end

describe("qr", function()
  it("gives orthonormal columns and a triangle", function()
    for _, shape in ipairs { { 3, 2 }, { 2, 3 } } do
      local x = dg.randn(shape, "float64")
      local q, r = F.qr(x)
      assert.near(0, F.abs(F.matmul(q, r) - x):max():item(), 1e-14)
      assert.near(0, F.abs(F.matmul(q, q, true) - dg.eye(2, 2, "float64")):max():item(), 1e-14)
      assert.equal(0, r[{ 2, 1 }]:item())
    end
  end)

  it("has gradients of each result alone", function()
    local x = matrices.regular(require "spec.support.drawer"({}, 4), { 3, 2 })
    for which = 1, 2 do
      dg.gradient_check.check_backward(function(v) return (select(which, F.qr(v))) end, x,
        dg.ones_like((select(which, F.qr(x)))))
    end
  end)

  it("refuses vectors", function()
    assert.error_matches(function() F.qr(dg.zeros(2)) end, "qr: wanted matrices, got shape 2")
  end)
end)
