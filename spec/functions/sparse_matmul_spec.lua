local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local CooMatrix = dg.utils.CooMatrix

local function ids(t, dtype) return dg.tensor(t, dtype or "int32") end

--- Entries of a matrix of 3 x 4, unsorted, two of them in one place, and one that does not count.
local ROW, COL = ids { 3, 1, 1, 2, -1, 1 }, ids({ 1, 2, 4, 4, -1, 2 }, "int64")
--- The same for two matrices.
local ROWS, COLS = ids { { 1, 3, -1 }, { 2, 2, 3 } }, ids { { 4, 4, -1 }, { 1, 2, 4 } }

local function sparse(data, row, col)
  return CooMatrix(data, row:to(data.device), col:to(data.device), { 3, 4 })
end

--- By the name of the case: the function of values and a tensor, and the shapes of these.
local CASES = {
  ["of a sparse matrix and a tensor"] = {
    function(data, x) return F.sparse_matmul(sparse(data, ROW, COL), x) end, { 6 }, { 4, 2 },
  },
  ["transposed"] = {
    function(data, x) return F.sparse_matmul(sparse(data, ROW, COL), x, true, true) end,
    { 6 }, { 2, 3 },
  },
  ["of a tensor and a sparse matrix"] = {
    function(data, x) return F.sparse_matmul(x, sparse(data, ROW, COL)) end, { 6 }, { 2, 3 },
  },
  ["of both transposed"] = {
    function(data, x)
      return F.sparse_matmul(x, sparse(data, ROW, COL), { transa = true, transb = true })
    end, { 6 }, { 4, 2 },
  },
  ["of batches"] = {
    function(data, x) return F.sparse_matmul(sparse(data, ROWS, COLS), x) end,
    { 2, 3 }, { 2, 4, 2 },
  },
}

for name, case in pairs(CASES) do
  local f, values, shape = unpack(case)
  local wrong = { unpack(shape) }
  wrong[#wrong - 1], wrong[#wrong] = 5, 5
  op_case("sparse_matmul " .. name, {
    f = f,
    inputs = function(r) return { r(-2, 2, values), r(-2, 2, shape) } end,
    shapes = { {} },
    layouts = { { values, name == "of batches" and { 2, 4, 0 } or shape } },
    bad_shapes = { { values, wrong }, { values, { 2, 2, 3, 4 } } },
    elementwise = false, nan = "some",
    error_name = "",
  })
end

for _, n in ipairs { 0, 1 } do
  op_case("sparse_matmul of entries, " .. n, {
    f = function(data, x)
      local one = dg.ones({ n }, "uint8"):to(data.device)
      return F.sparse_matmul(CooMatrix(data, one, one, { 1, 1 }), x)
    end,
    inputs = function(r) return { r(-2, 2, { n }), r(-2, 2, { 1, 1 }) } end,
    shapes = { {} },
    elementwise = false, nan = n == 0 and "none" or "some",
    error_name = "",
  })
end

describe("sparse_matmul", function()
  local data = dg.tensor({ 3, 1, 2, -1, 9, 5 }, "float64")
  local dense = dg.tensor({ { 0, 6, 0, 2 }, { 0, 0, 0, -1 }, { 3, 0, 0, 0 } }, "float64")
  local coo = sparse(data, ROW, COL)
  local function same(wanted, got) assert.same(wanted:totable(), got:totable()) end

  it("multiplies as the dense matrix does, from both sides, turned or not", function()
    local x, y = dg.arange(8, "float64"):reshape(4, 2), dg.arange(6, "float64"):reshape(2, 3)
    same(F.matmul(dense, x), F.sparse_matmul(coo, x))
    same(F.matmul(dense, x), F.sparse_matmul(coo, F.transpose(x), false, true))
    same(F.matmul(dense, y, true, true), F.sparse_matmul(coo, y, true, true))
    same(F.matmul(y, dense), F.sparse_matmul(y, coo))
    same(F.matmul(y, dense), F.sparse_matmul(F.transpose(y), coo, { transa = true }))
    same(F.matmul(x, dense, true, true), F.sparse_matmul(x, coo, true, true))
  end)

  it("goes with what layers give under autocast", function()
    local narrow, x = sparse(data:cast "float32", ROW, COL), dg.Variable(dg.ones(4, 2))
    local y = dg.autocast("bfloat16", function()
      return F.sparse_matmul(narrow, F.matmul(x, dg.tensor { { 1, 0 }, { 0, 2 } }))
    end)
    assert.same({ "float32", { { 8, 16 }, { -1, -2 }, { 3, 6 } } }, { y.dtype, y:totable() })
    F.sum(y):backward()
    assert.same({ { 3, 6 }, { 6, 12 }, { 0, 0 }, { 1, 2 } }, x.grad:totable())
    assert.equal("float32",
      F.sparse_matmul(sparse(data:cast "float16", ROW, COL), dg.ones(4, 2)).dtype)
  end)

  it("refuses what does not fit", function()
    local function bad(text, ...)
      local args, n = { ... }, select("#", ...)
      assert.error_matches(function() F.sparse_matmul(unpack(args, 1, n)) end,
        "F.sparse_matmul: " .. text)
    end
    local x = dg.zeros({ 4, 2 }, "float64")
    bad("wanted a CooMatrix and a tensor, got a CooMatrix and a CooMatrix", coo, coo)
    bad("wanted a CooMatrix and a tensor, got a tensor and 3", x, 3)
    bad("a sparse matrix of 3x4 does not go with a tensor of 4x2", coo, x, true)
    bad("a sparse matrix of 2x3x4 does not go with a tensor of 3x4x1",
      sparse(dg.zeros({ 2, 3 }, "float64"), ROWS, COLS), dg.zeros({ 3, 4, 1 }, "float64"))
    bad("dtypes float64 and float32 differ", coo, dg.zeros(4, 2))
    bad("wanted a float tensor, got int32", coo, dg.zeros({ 4, 2 }, "int32"))
    bad("the tensor has 1 axes", coo, dg.zeros({ 4 }, "float64"))
    bad("transb must be true or false, got 1", coo, x, false, 1)
    bad("unknown option \"transc\"", coo, x, { transc = true })
  end)
end)

describe("CooMatrix", function()
  local data = dg.tensor { 1, 2, 3, 4, 5, 6 }

  it("has what it was made of, and is dense where that is asked for", function()
    local coo = sparse(data, ROW, COL)
    assert.equal(data, coo.data)
    assert.same({ 3, 4 }, coo.shape)
    assert.same({ { 0, 8, 0, 3 }, { 0, 0, 0, 4 }, { 1, 0, 0, 0 } }, coo:to_dense():totable())
    coo = sparse(dg.tensor { { 1, 2, 9 }, { 3, 4, 5 } }, ROWS, COLS)
    assert.same({ { { 0, 0, 0, 1 }, { 0, 0, 0, 0 }, { 0, 0, 0, 2 } },
      { { 0, 0, 0, 0 }, { 3, 4, 0, 0 }, { 0, 0, 0, 5 } } }, coo:to_dense():totable())
  end)

  it("has data of its own that collects gradients, where that is asked for", function()
    local coo = CooMatrix(data, ROW, COL, { 3, 4 }, "other", true)
    F.sum(coo:to_dense() * dg.arange(1, 13):reshape(3, 4)):backward()
    assert.same({ 9, 2, 4, 8, 0, 2 }, coo.data.grad:totable())
    assert.is_false(data.requires_grad)
    assert.is_false(CooMatrix(data, ROW, COL, { 3, 4 }).data.requires_grad)
  end)

  it("tells how its entries are sorted", function()
    local function order(row, col) return CooMatrix.get_order(ids(row), ids(col)) end
    assert.equal(CooMatrix.get_order, dg.utils.get_order)
    assert.equal("C", order({ 1, 1, 2, -1 }, { 1, 3, 2, -1 }))
    assert.equal("F", order({ 1, -1, 2, 1 }, { 1, -1, 1, 2 }))
    assert.equal("other", order({ 2, 1, 3 }, { 1, 3, 2 }))
    assert.equal("other", order({ 1, 1, 2 }, { 3, 2, 1 }))
    assert.equal("C", order({ { 1, 2 }, { 1, 1 } }, { { 2, 1 }, { 1, 2 } }))
    assert.equal("F", order({ { 1, 2 }, { 2, 1 } }, { { 1, 1 }, { 1, 2 } }))
    assert.error_matches(function() order({ 1, 2, 3 }, { 1 }) end,
      "get_order: row is int32 3, col is int32 1: wanted one shape")
    assert.error_matches(function() CooMatrix.get_order(ids { 1 }, 1) end,
      "get_order: col must be a tensor, got 1")
    assert.equal("C", CooMatrix.get_order(dg.zeros({ 0 }, "int32"), dg.zeros({ 0 }, "int32")))
    assert.equal("other", sparse(data, ROW, COL).order)
    assert.equal("F", CooMatrix(data, ROW, COL, { 3, 4 }, "F").order)
  end)

  it("takes entries that count for nothing, whatever their value is", function()
    local leaf = dg.Variable { 2, 0 / 0, 1 / 0 }
    local coo = CooMatrix(leaf, ids { 1, -1, -1 }, ids { 2, -1, -1 }, { 2, 2 })
    local dense = dg.Variable { { 1 / 0, 3 }, { 4, 5 } }
    local y = F.sparse_matmul(coo, dense)
    assert.same({ { 8, 10 }, { 0, 0 } }, y:totable())
    assert.same({ { 0, 2 }, { 0, 0 } }, coo:to_dense():totable())
    F.sum(y):backward()
    assert.same({ { 9, 0, 0 }, { { 0, 0 }, { 2, 2 } } },
      { leaf.grad:totable(), dense.grad:totable() })
  end)

  it("refuses to become larger than numbers count", function()
    local coo = CooMatrix(dg.ones(1), ids { 1 }, ids { 1 }, { 2 ^ 40, 2 ^ 40 })
    assert.error_matches(function() coo:to_dense() end,
      "to_dense: 1.20893e%+24 elements of 1099511627776x1099511627776 are too many")
    coo = CooMatrix(dg.ones(1), ids { 1 }, ids { 1 }, { 2 ^ 26, 2 ^ 27 })
    assert.error_matches(function() coo:to_dense() end, "out of memory")
  end)

  it("refuses what is none", function()
    local function bad(text, ...)
      local args, n = { ... }, select("#", ...)
      assert.error_matches(function() CooMatrix(unpack(args, 1, n)) end, "CooMatrix: " .. text)
    end
    local one = ids { 1 }
    bad("data must be a tensor, got nil")
    bad("data is int32 1, wanted floats with one or two axes", one, one, one, { 1, 1 })
    bad("row is int32 1, data is float32 6: wanted one shape", data, one, COL, { 3, 4 })
    bad("col: label 4 %(element 3%) is not one of 1 to 3", data, ROW, COL, { 3, 3 })
    bad("row: label 0 %(element 1%)", dg.ones(1), ids { 0 }, one, { 1, 1 })
    bad("the shape must be two sizes from 1 on", dg.ones(1), one, one, { 1 })
    bad("the shape must be two sizes from 1 on", dg.ones(1), one, one, { 1, 0 })
    bad("the shape must be two sizes from 1 on", dg.ones(1), one, one, { 1, 1, 1 })
    for _, shape in ipairs { 3, "3x4", true } do
      bad("the shape must be two sizes from 1 on", dg.ones(1), one, one, shape)
    end
    bad("the shape must be two sizes from 1 on", dg.ones(1), one, one)
    bad("a size must be an integer, got nan", dg.ones(1), one, one, { 0 / 0, 1 })
    bad("an entry has a row and a column, or %-1 for both", dg.ones(2), ids { 1, -1 },
      ids({ 1, 1 }, "int64"), { 1, 1 })
    bad("an entry has a row and a column, or %-1 for both", dg.ones(2), ids { 1, 1 },
      ids { -1, 1 }, { 1, 1 }, "C")
    bad('order must be "C", "F" or "other", got "c"', dg.ones(1), one, one, { 1, 1 }, "c")
  end)
end)

describe("to_coo", function()
  local to_coo = dg.utils.to_coo
  local x = dg.tensor { { { 0, 2, 0 }, { -1, 0, 0 } }, { { 0, 0, 0 }, { 0, 0, 3 } } }

  it("finds what is not 0, by rows", function()
    local coo = to_coo(x[1])
    assert.same({ 2, -1 }, coo.data:totable())
    assert.same({ 1, 2 }, coo.row:totable())
    assert.same({ 2, 1 }, coo.col:totable())
    assert.same({ 2, 3 }, coo.shape)
    assert.same({ "C", "int32" }, { coo.order, coo.row.dtype })
    assert.is_false(coo.data.requires_grad)
    assert.is_true(to_coo(x[1], nil, true).data.requires_grad)
  end)

  it("fills up with entries that do not count", function()
    local coo = to_coo(x)
    assert.same({ { 2, -1 }, { 3, 0 } }, coo.data:totable())
    assert.same({ { 1, 2 }, { 2, -1 } }, coo.row:totable())
    assert.same({ { 2, 1 }, { 3, -1 } }, coo.col:totable())
    assert.same(x:totable(), coo:to_dense():totable())
    assert.same({ 2, -1, 0 }, to_coo(x[1], 3).data:totable())
    assert.same({ 2, -1 }, to_coo(x[1], 1).data:totable())
    assert.same({ 2, 3 }, to_coo(x, 3).row.shape)
  end)

  it("takes what has no entries", function()
    assert.same({ 0 }, to_coo(dg.zeros(2, 3)).data.shape)
    assert.same({ 2, 0 }, to_coo(dg.zeros(2, 2, 3)).col.shape)
    assert.same({ 0, 4 }, to_coo(dg.zeros(0, 2, 3), 4).row.shape)
    assert.same({ 0, 2, 3 }, to_coo(dg.zeros(0, 2, 3)):to_dense().shape)
    assert.same({ { 0, 0 } }, to_coo(dg.zeros(1, 2)):to_dense():totable())
  end)

  it("lets gradients flow to the tensor", function()
    local leaf = dg.Variable(x)
    F.sum(F.square(to_coo(leaf, 4).data)):backward()
    assert.same((2 * x):totable(), leaf.grad:totable())
  end)

  it("refuses what is no matrix", function()
    assert.error_matches(function() to_coo(dg.ones(2)) end, "to_coo: x has 1 axes")
    assert.error_matches(function() to_coo(3) end, "to_coo: x must be a tensor, got 3")
    assert.error_matches(function() to_coo(x, 1.5) end, "to_coo: ldnz must be an integer")
    assert.error_matches(function() to_coo(dg.ones({ 2, 2 }, "int32")) end,
      "CooMatrix: data is int32 4")
  end)
end)
