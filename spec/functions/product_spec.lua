local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

--- Formulas with the shapes of their operands. linalg_reference_spec compares results with PyTorch.
local FORMULAS = {
  { "ij,jk->ik", { 2, 3 }, { 3, 4 } }, { "ii->i", { 3, 3 } }, { "iij,jk", { 2, 2, 3 }, { 3, 2 } },
  { "...ij,jk->...ik", { 2, 2, 3 }, { 3, 2 } }, { "i,j,k->kij", { 2 }, { 3 }, { 2 } },
  { "bij,bjk,bk->bi", { 2, 2, 3 }, { 2, 3, 2 }, { 2, 2 } }, { "abc->", { 2, 1, 2 } },
  { "ij,ij->i", { 2, 3 }, { 2, 3 } }, { "ij,ji", { 2, 3 }, { 3, 2 } },
  { "i,ij->ij", { 1 }, { 2, 3 } },
  { "ij,j->i", { 0, 3 }, { 3 } }, { "ij,jk->ik", { 2, 0 }, { 0, 2 } },
}

for _, formula in ipairs(FORMULAS) do
  op_case("einsum " .. formula[1], {
    f = function(...) return F.einsum(formula[1], ...) end,
    inputs = function(r)
      local list = {}
      for i = 2, #formula do list[i - 1] = r(-2, 2, formula[i]) end
      return list
    end,
    shapes = { {} },
    bad_shapes = { { {}, {}, { 5, 4 } } },
    elementwise = false,
    dtypes = { "int32", "int64", "uint8" },
    bad_dtypes = #formula > 2 and { "bool" } or {},
    error_name = "",
    nan = "some",
  })
end

local PAIRS = {
  tensordot = { F.tensordot, { 4, 2, 3 }, { 2, 3, 2 } },
  batch_matmul = { F.batch_matmul, { 2, 2, 3 }, { 2, 3, 2 } },
  dot = { F.dot, { 2, 3 }, { 2, 3, 2 } },
  vdot = { F.vdot, { 2, 3 }, { 3, 2 } },
  outer = { F.outer, { 2 }, { 3 } },
}

local NONE = {
  tensordot = { { 4, 2, 3 }, { 2, 3, 0 } }, batch_matmul = { { 2, 0, 3 }, { 2, 3, 2 } },
  dot = { { 0, 3 }, { 2, 3, 2 } }, vdot = { { 0 }, { 3, 0 } }, outer = { { 0 }, { 3 } },
}
local WRONG = {
  tensordot = { { 4, 2, 3 }, { 3, 2, 2 } }, batch_matmul = { { 2, 2, 3 }, { 3, 3, 2 } },
  dot = { { 2, 3 }, { 2, 4, 2 } }, vdot = { { 2, 3 }, { 5 } },
}

for name, pair in pairs(PAIRS) do
  local ones = name == "batch_matmul" and { 1, 1, 1 } or name == "tensordot" and { 1, 1 } or { 1 }
  op_case(name, {
    f = pair[1],
    inputs = function(r) return { r(-2, 2, pair[2]), r(-2, 2, pair[3]) } end,
    shapes = { {} },
    layouts = { NONE[name], { ones, ones } },
    bad_shapes = { WRONG[name] },
    any_shape = name == "outer",
    elementwise = false,
    dtypes = { "int32", "int64", "uint8" },
    nan = "some",
    error_name = "",
  })
end

op_case("bilinear", {
  f = F.bilinear,
  inputs = function(r)
    return { r(-1, 1, { 2, 3 }), r(-1, 1, { 2, 2 }), r(-1, 1, { 3, 2, 4 }), r(-1, 1, { 3, 4 }),
      r(-1, 1, { 2, 4 }), r(-1, 1, { 4 }) }
  end,
  shapes = { {} },
  layouts = {
    { { 0, 3 }, { 0, 2 }, { 3, 2, 4 }, { 3, 4 }, { 2, 4 }, { 4 } },
    { { 1, 1 }, { 1, 1 }, { 1, 1, 1 }, { 1, 1 }, { 1, 1 }, { 1 } },
  },
  bad_shapes = { { { 2, 3 }, { 2, 2 }, { 3, 3, 4 }, { 3, 4 }, { 2, 4 }, { 4 } } },
  elementwise = false,
  bad_dtypes = { "bool" },
  nan = "some",
  error_name = "",
})

describe("einsum", function()
  local a, b = dg.arange(6):reshape { 2, 3 }, dg.arange(12):reshape { 3, 4 }

  it("multiplies matrices, with and without an arrow", function()
    local wanted = F.matmul(a, b):totable()
    assert.same(wanted, F.einsum("ij,jk->ik", a, b):totable())
    assert.same(wanted, F.einsum(" ij , jk ", a, b):totable())
    assert.same(F.transpose(a):totable(), F.einsum("ba", a):totable())
  end)

  it("multiplies those pairs first whose product is small", function()
    local sizes, matmul = {}, F.matmul
    F.matmul = function(...)
      local y = matmul(...)
      sizes[#sizes + 1] = y.size
      return y
    end
    local ok, y = pcall(F.einsum, "ik,jk,jl->il", dg.ones(30, 2), dg.ones(30, 2), dg.ones(30, 1))
    F.matmul = matmul
    assert.is_true(ok, y)
    assert.equal(60, y[{ 1, 1 }]:item())
    assert.same({ 2, 30 }, sizes) -- the first two operands would have made 900 numbers
  end)

  it("sums integers", function()
    assert.equal("int32", F.einsum("i,i", dg.ones({ 3 }, "int32"), dg.ones({ 3 }, "int32")).dtype)
  end)

  it("explains formulas that do not fit", function()
    local function check(message, ...)
      local arguments = { ... }
      assert.error_matches(function() F.einsum(unpack(arguments)) end, message)
    end
    check("F.einsum: 1 operands for 2 terms", "ij,jk", a)
    check("F.einsum: operand 1 has 2 axes, its term 1 letters", "i", a)
    check("F.einsum: operand 1 has 2 axes, its term 3 letters", "i...jk", a)
    check("F.einsum: index j has sizes 3 and 4", "ij,kj", a, b)
    check("F.einsum: no operand has index k", "ij->k", a)
    check("F.einsum: the result has index i twice", "ij->ii", a)
    check("F.einsum: index i has sizes 2 and 3", "ii", a)
    check("F.einsum: index i has sizes 1 and 3 in one operand", "ii", a[{ { 1, 1 } }])
    check("F.einsum: \"i1\" is no list of letters", "i1", a)
    check("F.einsum: \"j%->k\" is no list of letters", "ij->j->k", a)
    check("F.einsum: the subscripts must be a string, got a tensor", a, b)
    check("F.einsum: operand 2 must be a tensor, got 1", "ij,", a, 1)
  end)
end)

describe("tensordot", function()
  local a, b = dg.arange(24):reshape { 2, 3, 4 }, dg.arange(12):reshape { 3, 4 }

  it("sums over two axes by default", function()
    assert.same({ 2 }, F.tensordot(a, b).shape)
    assert.same({ 506, 1298 }, F.tensordot(a, b):totable())
  end)

  it("takes a number of axes, or lists", function()
    assert.same({ 2, 3, 3 }, F.tensordot(a, b:transpose(), 1).shape)
    assert.same({ 2, 3, 4, 3, 4 }, F.tensordot(a, b, 0).shape)
    assert.same({ 2, 4, 4 }, F.tensordot(a, b, { 2, 1 }).shape)
    assert.same({ 506, 1298 }, F.tensordot(a, b, { { 3, 2 }, { -1, 1 } }):totable())
  end)

  it("refuses axes that do not fit", function()
    assert.error_matches(function() F.tensordot(a, b, 1) end,
      "F.tensordot: axis 3 of a has size 4, axis 1 of b 3")
    assert.error_matches(function() F.tensordot(a, b, 3) end, "F.tensordot: 3 axes of tensors")
    assert.error_matches(function() F.tensordot(a, b, { { 1, 2 }, 1 }) end, "2 axes of a, 1 of b")
    assert.error_matches(function() F.tensordot(a, b, { 4, 1 }) end, "axis 4 is out of range")
  end)
end)

describe("dot", function()
  it("is NumPy's", function()
    local a, v = dg.arange(6):reshape { 2, 3 }, dg.tensor { 1, 2, 3 }
    assert.equal(14, F.dot(v, v):item())
    assert.same({ 8, 26 }, F.dot(a, v):totable())
    assert.same({ 2, 4, 6 }, F.dot(dg.tensor(2), v):totable())
    assert.same({ 2, 2, 4 }, F.dot(a, dg.zeros(2, 3, 4)).shape)
  end)
end)

describe("vdot", function()
  it("sums the products of all elements, whatever the shapes are", function()
    local a = dg.arange(6):reshape { 2, 3 }
    assert.equal(55, F.vdot(a, a:reshape { 3, 2 }):item())
    assert.error_matches(function() F.vdot(a, dg.zeros(5)) end, "inner sizes 6 and 5 differ")
  end)
end)

describe("outer", function()
  it("multiplies each element of one with each of the other", function()
    assert.same({ { 3, 4 }, { 6, 8 } }, F.outer(dg.tensor { 1, 2 }, dg.tensor { 3, 4 }):totable())
    assert.same({ 6, 3 }, F.outer(dg.zeros(2, 3), dg.zeros(3)).shape)
  end)
end)

describe("batch_matmul", function()
  it("takes rows as columns of a batch", function()
    local a = dg.arange(6):reshape { 2, 3 }
    assert.same({ { { 5 } }, { { 50 } } }, F.batch_matmul(a, a, true):totable())
    assert.same({ 2, 3, 3 }, F.batch_matmul(a, a, { transb = true }).shape)
    assert.error_matches(function() F.batch_matmul(a[1], a) end,
      "wanted a batch of matrices or vectors, got 1 and 2 axes")
  end)
end)

describe("bilinear", function()
  it("flattens what is behind the batch", function()
    local y = F.bilinear(dg.ones(2, 3, 1), dg.ones(2, 2, 2), dg.ones(3, 4, 5))
    assert.same({ 2, 5 }, y.shape)
    assert.equal(12, y[{ 1, 1 }]:item())
  end)

  it("refuses what does not fit", function()
    local e1, e2, W = dg.ones(2, 3), dg.ones(2, 4), dg.ones(3, 4, 5)
    assert.error_matches(function() F.bilinear(e1, e2, dg.ones(4, 3, 5)) end,
      "F.bilinear: shapes 2x3, 2x4 and 4x3x5 do not fit")
    assert.error_matches(function() F.bilinear(e1, e2, W, dg.ones(3, 5)) end,
      "F.bilinear: V1, V2 and b come together or not at all")
  end)
end)
