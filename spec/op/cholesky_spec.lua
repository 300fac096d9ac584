local dg = require "dgraph"
local matrices = require "spec.support.matrices"
local op_case = require "spec.support.op_case"

local F = dg.F

for _, shape in ipairs { { 3, 3 }, { 1, 1 }, { 0, 0 }, { 2, 2, 2 } } do
  op_case("cholesky of " .. table.concat(shape, "x"), {
    f = function(x) return F.cholesky(matrices.symmetric(x)) end,
    inputs = matrices.inputs(shape),
    shapes = { {} },
    bad_shapes = #shape == 2 and { { { 2, 3 } }, { { 3 } } } or {},
    elementwise = false,
    nan = "some",
    overwritten = { "y" },
    bad_dtypes = { "bool" },
    error_name = "",
  })
end

describe("cholesky", function()
  it("gives the known triangle and reads the lower one alone", function()
    local x = dg.tensor({ { 4, 99 }, { 2, 10 } }, "float64")
    assert.same({ { 2, 0 }, { 1, 3 } }, F.cholesky(x):totable())
  end)

  it("passes NaN on", function()
    local y = F.cholesky(dg.full({ 2, 2 }, 0 / 0))[{ 1, 1 }]:item()
    assert.is_true(y ~= y)
  end)

  it("gives a symmetric gradient", function()
    local x = dg.Variable(dg.tensor({ { 4, 2 }, { 2, 10 } }, "float64"))
    F.cholesky(x):sum():backward()
    local g = x.grad:totable()
    assert.equal(g[1][2], g[2][1])
  end)

  it("refuses what is not positive definite, and says which", function()
    assert.error_matches(function() F.cholesky(dg.tensor { { 1, 2 }, { 2, 1 } }) end,
      "cholesky: the matrix is not positive definite")
    assert.error_matches(function() F.cholesky(dg.zeros(2, 2, 2)) end,
      "cholesky: matrix 1 of the stack is not positive definite")
    assert.error_matches(function() F.cholesky(dg.zeros(2, 3)) end,
      "cholesky: wanted square matrices, got shape 2x3")
    assert.error_matches(function() F.cholesky(dg.zeros({ 2, 2 }, "int64")) end,
      "cholesky: wanted a float tensor, got int64")
  end)
end)
