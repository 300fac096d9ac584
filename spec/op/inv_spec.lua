local dg = require "dgraph"
local matrices = require "spec.support.matrices"
local op_case = require "spec.support.op_case"

local F = dg.F

local function text(shape) return table.concat(shape, "x") end

--- inv and det, and by Chainer's names those of a batch.
local function square(name, shape, overwritten)
  op_case(("%s of %s"):format(name, text(shape)), {
    f = F[name],
    inputs = matrices.inputs(shape),
    shapes = { {} },
    bad_shapes = { { { 2, 3 } }, { { 3 } } },
    elementwise = false,
    nan = "some",
    overwritten = overwritten,
    error_name = name:match "%a+$",
  })
end

for _, shape in ipairs { { 3, 3 }, { 1, 1 }, { 0, 0 }, { 2, 2, 2 }, { 0, 2, 2 } } do
  square("inv", shape, { "y" })
  square("det", shape, { 1, "y" })
end
for _, shape in ipairs { { 2, 2, 2 }, { 1, 1, 1 }, { 0, 2, 2 } } do
  square("batch_inv", shape, { "y" })
  square("batch_det", shape, { 1, "y" })
end

for _, pair in ipairs {
  { { 3, 3 }, { 3, 2 } }, { { 3, 3 }, { 3 } }, { { 2, 2, 2 }, { 2, 3 } }, { { 2, 2 }, { 3, 2, 1 } },
  { { 0, 0 }, { 0, 2 } }, { { 2, 2 }, { 2, 0 } },
} do
  op_case(("solve with %s and %s"):format(text(pair[1]), text(pair[2])), {
    f = F.solve,
    inputs = function(r) return { matrices.regular(r, pair[1]), r(-2, 2, pair[2]) } end,
    shapes = { {} },
    layouts = { { { 1, 1 }, { 1, 1 } } },
    bad_shapes = { { { 2, 3 }, { 2 } }, { { 3, 3 }, { 2, 1 } } },
    elementwise = false,
    nan = "some",
    overwritten = #pair[2] > 1 and { 1, "y" } or { 1 },
    error_name = "solve",
  })
end

local singular = dg.tensor { { 1, 2 }, { 2, 4 } }

describe("inv", function()
  it("gives the known inverse", function()
    local y = F.inv(dg.tensor({ { 1, 2 }, { 3, 4 } }, "float64"))
    assert.same({ { -4, 2 }, { 3, -1 } }, (y * 2):round():totable())
  end)

  it("refuses singular matrices, and says which", function()
    assert.error_matches(function() F.inv(singular) end, "inv: the matrix is singular")
    local stack = F.stack { dg.eye(2), singular }
    assert.error_matches(function() F.inv(stack) end, "inv: matrix 2 of the stack is singular")
  end)

  it("refuses what is not square, no matrix, or no float", function()
    assert.error_matches(function() F.inv(dg.zeros(2, 3)) end,
      "inv: wanted square matrices, got shape 2x3")
    assert.error_matches(function() F.inv(dg.zeros(2)) end, "inv: wanted matrices, got shape 2")
    assert.error_matches(function() F.inv(dg.zeros({ 2, 2 }, "int32")) end,
      "inv: wanted a float tensor, got int32")
  end)
end)

describe("batch_inv", function()
  it("inverts each matrix of a stack", function()
    local x = dg.tensor { { { 2, 0 }, { 0, 4 } }, { { 0, 1 }, { 1, 0 } } }
    assert.same({ { { 0.5, 0 }, { 0, 0.25 } }, { { 0, 1 }, { 1, 0 } } }, F.batch_inv(x):totable())
  end)
end)

describe("det", function()
  it("is known for small matrices", function()
    assert.near(-2, F.det(dg.tensor { { 1, 2 }, { 3, 4 } }):item(), 1e-6)
    assert.equal(-1, F.det(dg.tensor { { 0, 1 }, { 1, 0 } }):item())
    assert.equal(1, F.det(dg.zeros(0, 0)):item())
    assert.equal(0, F.det(singular):item())
  end)

  it("has a first gradient where a matrix is singular, but no second one", function()
    local zero_and_ones = dg.zeros({ 2, 3, 3 }, "float64")
    zero_and_ones[2] = 1
    for _, x in ipairs { dg.tensor(singular, "float64"), dg.zeros({ 1, 1 }, "float64"),
      dg.tensor({ { 1, 2, 0 }, { 2, 4, 1 }, { 3, 6, 5 } }, "float64"), zero_and_ones } do
      dg.gradient_check.check_backward(F.det, x, dg.ones_like(F.det(x)))
    end
    local x = dg.Variable(singular)
    local g = dg.grad({ F.det(x) }, { x }, { enable_double_backprop = true })[1]
    assert.error_matches(function() g:sum():backward() end,
      "det: there is no second gradient where a matrix is singular")
  end)
end)

describe("batch_det", function()
  it("gives a number for each matrix of a stack", function()
    assert.same({ 8, -1 },
      F.batch_det(dg.tensor { { { 2, 0 }, { 0, 4 } }, { { 0, 1 }, { 1, 0 } } }):totable())
  end)
end)

describe("solve", function()
  it("finds the known solution", function()
    local y = F.solve(dg.tensor { { 2, 0 }, { 0, 4 } }, dg.tensor { 2, 4 })
    assert.same({ 1, 1 }, y:totable())
  end)

  it("refuses what does not fit, and singular matrices", function()
    local a = dg.eye(2)
    assert.error_matches(function() F.solve(a, dg.zeros(3, 2)) end,
      "solve: shapes 2x2 and 3x2 do not fit")
    assert.error_matches(function() F.solve(dg.zeros(3, 2, 2), dg.zeros(2, 2, 1)) end,
      "solve: shapes 3x2x2 and 2x2x1 do not fit")
    assert.error_matches(function() F.solve(a, dg.zeros({ 2, 2 }, "float64")) end,
      "solve: dtypes float32 and float64 differ")
    assert.error_matches(function() F.solve(singular, a) end, "solve: the matrix is singular")
  end)
end)

describe("LAPACK", function()
  it("is asked for by name where it is missing", function()
    local code = "print(pcall(require(\"dgraph\").F.inv, require(\"dgraph\").eye(2)))"
    local pipe = io.popen("DGRAPH_BLAS=none LUA_PATH='lua/?.lua;lua/?/init.lua;;' luajit -e '"
      .. code .. "' 2>&1")
    local said = pipe:read "*a"
    pipe:close()
    local wanted = "inv: needs OpenBLAS for its LAPACK, got built-in (DGRAPH_BLAS=none)"
    assert.truthy(said:find(wanted, 1, true), said)
  end)
end)
