local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function ids(t, dtype) return dg.tensor(t, dtype or "int32") end
local function double(t) return dg.tensor(t, "float64") end

local LIST, BEGINS = ids { 1, 2, 4, 4, 3, 2 }, ids({ 1, 1, 3, 7 }, "int64")
local MATRIX = ids { { 1, 2, 4 }, { 4, 4, 3 } }

local CASES = {
  [""] = { MATRIX },
  [", the sum"] = { MATRIX, nil, "sum" }, [", the largest"] = { MATRIX, nil, "max" },
  [" of lists"] = { LIST, BEGINS }, [" of lists, the sum"] = { LIST, BEGINS, "sum" },
  [" of lists, the largest"] = { LIST, BEGINS, { mode = "max" } },
  [" without padding"] = { LIST, BEGINS, { padding_idx = 4 } },
  [" without padding, the largest"] = { MATRIX, nil, { padding_idx = 4, mode = "max" } },
}
for name, case in pairs(CASES) do
  op_case("embedding_bag" .. name, {
    f = function(W) return F.embedding_bag(case[1], W, unpack(case, 2, 3)) end,
    inputs = function(r) return { r(-2, 2, { 4, 3 }) } end,
    shapes = { {} },
    layouts = { { { 4, 0 } }, { { 4, 1 } } },
    bad_shapes = { { { 4 }, error_name = "" }, { { 2, 3 } } },
    elementwise = false, nan = "some",
    error_name = "embedding_bag",
  })
end

for name, case in pairs {
  ["bias, the sum"] = { MATRIX, nil, "sum" }, ["bias, the mean"] = { MATRIX },
  ["bias, of lists"] = { LIST, BEGINS, "sum" },
} do
  op_case("embedding_bag with " .. name, {
    f = function(W, bias)
      return F.embedding_bag(case[1], W, case[2], { mode = case[3], bias = bias })
    end,
    inputs = function(r) return { r(-2, 2, { 4, 3 }), r(-2, 2, { 3 }) } end,
    shapes = { {} },
    bad_shapes = { { { 4, 3 }, { 4 } }, { { 4, 3 }, { 1, 3 } }, { { 4, 3 }, {} } },
    elementwise = false, nan = "some",
    error_name = "embedding_bag",
  })
end

op_case("embedding_bag of one row", {
  f = function(W) return F.embedding_bag(ids { { 1 } }, W) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1, 3 }, { 1, 1 } },
  error_name = "embedding_bag",
  bad_dtypes = {}, nan = "some",
})

for name, case in pairs { ["weights"] = { MATRIX }, ["weights in lists"] = { LIST, BEGINS } } do
  op_case("embedding_bag by " .. name, {
    f = function(W, weights)
      return F.embedding_bag(case[1], W, case[2], { mode = "sum", per_sample_weights = weights })
    end,
    inputs = function(r) return { r(-2, 2, { 4, 3 }), r(-2, 2, case[1].shape) } end,
    shapes = { {} },
    bad_shapes = { { { 4, 3 }, { 5 } } },
    elementwise = false, nan = "some",
    bad_dtypes = { "bool" },
    error_name = "embedding_bag",
  })
end

describe("embedding_bag", function()
  local W = double { { 1, 2 }, { 3, 4 }, { 5, 6 }, { 7, 8 } }

  local function bag(...) return F.embedding_bag(...):totable() end

  it("takes the mean by default", function()
    assert.same({ { 2, 3 }, { 7, 8 } }, bag(ids { { 1, 2 }, { 4, 4 } }, W))
    assert.same(bag(LIST, W, BEGINS, "mean", true), bag(LIST, W, BEGINS))
  end)

  it("gives 0 for bags without ids", function()
    for _, mode in ipairs { "sum", "mean", "max" } do
      assert.same({ 0, 0 }, bag(LIST, W, BEGINS, mode)[1])
      assert.same({ 0, 0 }, bag(LIST, W, BEGINS, mode)[4])
      assert.same({ { 0, 0 } }, bag(ids { { 3, 3 } }, W, { mode = mode, padding_idx = 3 }))
    end
    assert.same({}, bag(dg.zeros({ 0 }, "int32"), W, dg.zeros({ 0 }, "int32"), "sum"))
  end)

  it("adds a bias, which is as a row of W", function()
    local bias = double { 10, 20 }
    for _, mode in ipairs { "sum", "mean", "max" } do
      local plain = bag(MATRIX, W, nil, mode)
      for i = 1, 2 do
        for j = 1, 2 do plain[i][j] = plain[i][j] + 10 * j end
      end
      assert.same(plain, bag(MATRIX, W, nil, mode, { bias = bias }))
      assert.error_matches(function() bag(MATRIX, W, nil, mode, { bias = double { 1, 2, 3 } }) end,
        "embedding_bag: the bias has shape 3, wanted 2 as W has columns")
      assert.error_matches(function() bag(MATRIX, W, nil, mode, { bias = dg.ones(2) }) end,
        "embedding_bag: the bias is float32, wanted float64 as W")
    end
    local narrow = bag(MATRIX, W:astype "float16", nil, "sum", { bias = bias:astype "float16" })
    assert.same(bag(MATRIX, W, nil, "sum", { bias = bias }), narrow)
    assert.error_matches(function()
      bag(MATRIX, W:astype "float16", nil, "sum", { bias = dg.ones({ 1, 2 }, "float16") })
    end, "embedding_bag: the bias has shape 1x2, wanted 2 as W has columns")
  end)

  it("may be told where the last bag ends", function()
    local ends = ids { 1, 3, 7 }
    assert.same(bag(LIST, W, ids { 1, 3 }), bag(LIST, W, ends, { include_last_offset = true }))
    assert.error_matches(function()
      F.embedding_bag(LIST, W, ids { 1, 3 }, { include_last_offset = true })
    end, "embedding_bag: 2 offsets do not end at 7")
  end)

  it("has the same gradients whichever way they are computed, also of several uses", function()
    local function gradients(sparse, scale, options)
      local leaf, b = dg.Variable(W, { dtype = "float64" }), dg.Variable(double { 1, 2 })
      local V = scale and leaf * scale or leaf
      local function loss(list, weights)
        local y = F.embedding_bag(ids(list), V, nil, "sum", sparse, nil, false, nil, b)
        return F.sum(F.square(y) * double(weights))
      end
      local all = loss({ { 1, 2, 2 }, { 4, 4, 1 } }, { { 1, 2 }, { 3, 4 } })
        + loss({ { 1, 3 } }, { { 5, 6 } }) + F.sum(F.embed_id(ids { 3, 4 }, V))
        + loss({ { 2 } }, { { 7, 8 } })
      all:backward(options)
      return { leaf.grad:totable(), b.grad:totable() }, leaf:grad_rows()
    end
    local wanted = gradients(true, nil, { enable_double_backprop = true })
    local by_rows, rows = gradients(true)
    assert.same(wanted, by_rows)
    assert.same(4, #rows)
    assert.same(wanted, (gradients(false)))
    assert.same(wanted, (gradients(true, 1)))
    assert.same(wanted, (gradients(false, 1)))
  end)

  it("leaves gradients as they were where memory runs out on the way back", function()
    local C = require("dgraph.native").C
    local failures = 0
    for n = 0, 60 do
      local V, b = dg.Variable(W, { dtype = "float64" }), dg.Variable(double { 1, 2 })
      V.grad = dg.ones_like(V)
      local s = dg.open_scope()
      local y = F.sum(F.embedding_bag(MATRIX, V, nil, "sum", true, nil, false, nil, b))
      C.dg_memory_fail_after(n)
      local ok, message = pcall(y.backward, y)
      C.dg_memory_fail_after(-1)
      s:close()
      if ok then break end
      failures = failures + 1
      assert.matches("memory", message)
      assert.same(dg.ones_like(V):totable(), V.grad:totable())
      assert.is_nil(b.grad)
    end
    assert.is_true(failures > 0 and failures < 60)
  end)

  it("has a gradient of rows, unless told not to", function()
    for _, mode in ipairs { "sum", "mean", "max" } do
      for _, x in ipairs { MATRIX, LIST } do
        local grads = {}
        for i, sparse in ipairs { true, false } do
          local V = dg.Variable(W, { dtype = "float64" })
          local y = F.embedding_bag(x, V, x == LIST and BEGINS or nil, mode, sparse)
          F.square(y):sum():backward()
          assert.equal(sparse, V:grad_rows() ~= nil)
          grads[i] = V.grad:totable()
        end
        assert.same(grads[2], grads[1])
      end
    end
  end)

  it("refuses what does not fit", function()
    local function bad(text, ...)
      local args, n = { ... }, select("#", ...)
      assert.error_matches(function() F.embedding_bag(unpack(args, 1, n)) end,
        "embedding_bag: " .. text)
    end
    bad("label 5 %(element 2%) is not one of 1 to 4", ids { { 1, 5 } }, W)
    bad("offset 1 is 2: they rise from 1 to at most 7", LIST, W, ids { 2, 3 })
    bad("offset 3 is 2", LIST, W, ids { 1, 3, 2 })
    bad("offset 2 is 8", LIST, W, ids { 1, 8 })
    bad("offsets are given for a list of ids", LIST, W)
    bad("offsets are given for a list of ids", MATRIX, W, BEGINS)
    bad("offsets have 2 axes", LIST, W, MATRIX)
    bad('mode must be "sum", "mean" or "max", got "min"', MATRIX, W, nil, "min")
    bad('per_sample_weights are for the mode "sum"', MATRIX, W, { per_sample_weights = W })
    bad("per_sample_weights have shape 4x2, wanted 2x3", MATRIX, W,
      { mode = "sum", per_sample_weights = W })
  end)
end)
