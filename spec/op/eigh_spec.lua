local dg = require "dgraph"
local matrices = require "spec.support.matrices"
local op_case = require "spec.support.op_case"

local F = dg.F

for _, shape in ipairs { { 3, 3 }, { 1, 1 }, { 0, 0 }, { 2, 2, 2 } } do
  op_case("eigh of " .. table.concat(shape, "x"), {
    f = function(x) return F.eigh(matrices.symmetric(x)) end,
    inputs = matrices.inputs(shape),
    shapes = { {} },
    bad_shapes = #shape == 2 and { { { 2, 3 } }, { { 3 } } } or {},
    elementwise = false,
    nan = "refused",
    overwritten = { "y" },
    bad_dtypes = { "bool" },
    error_name = "",
  })
end

describe("eigh", function()
  it("gives known values and reads the lower triangle alone", function()
    local w, v = F.eigh(dg.tensor({ { 2, 99 }, { 1, 2 } }, "float64"))
    assert.near(1, w[1]:item(), 1e-14)
    assert.near(3, w[2]:item(), 1e-14)
    assert.near(0.5, (v[{ 1, 2 }] ^ 2):item(), 1e-14)
  end)

  it("has gradients of values alone, also where they are equal", function()
    local x = dg.Variable(dg.eye(2, 2, "float64"))
    F.eigh(x):sum():backward()
    assert.same({ { 1, 0 }, { 0, 1 } }, x.grad:totable())
  end)

  it("refuses what has no eigenvalues", function()
    assert.error_matches(function() F.eigh(dg.full({ 2, 2 }, 0 / 0)) end,
      "eigh: the matrix has elements that are NaN or infinite")
    assert.error_matches(function() F.eigh(dg.full({ 3, 2, 2 }, math.huge)) end,
      "eigh: matrix 1 of the stack has elements that are NaN or infinite")
    assert.error_matches(function() F.eigh(dg.zeros(2, 3)) end,
      "eigh: wanted square matrices, got shape 2x3")
    assert.error_matches(function() F.eigh(dg.zeros({ 2, 2 }, "int64")) end,
      "eigh: wanted a float tensor, got int64")
  end)
end)
