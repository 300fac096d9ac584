local dg = require "dgraph"
local settle = require "spec.support.settle"

local F = dg.F

local function ids(t) return dg.tensor(t, "int32") end

local function table_of(n)
  local rows = {}
  for i = 1, n do rows[i] = { i / 8, -i / 4 } end
  return dg.Variable(rows, { dtype = "float64" })
end

--- Weighs rows so that each use of a row has a gradient of its own.
local function loss(W, list, sparse, scale)
  local y = F.embed_id(ids(list), W, { sparse = sparse })
  local weights = {}
  for i = 1, #list do weights[i] = { i * scale, i * i } end
  return (y * dg.tensor(weights, "float64")):sum()
end

--- The same made with gradients of rows and with whole ones.
local function both(f)
  local with, without = table_of(6), table_of(6)
  f(with, true)
  f(without, false)
  return with, without
end

describe("a gradient of rows", function()
  it("has each row once, in the order of their first use", function()
    local W = table_of(6)
    loss(W, { 5, 2, 5, 3, 2 }, true, 1):backward()
    local numbers, elements = W:grad_rows()
    assert.same({ 5, 2, 3 }, numbers:totable())
    assert.equal("int64", numbers.dtype)
    assert.same({ 4, 1 + 9 }, elements:totable()[1])
    assert.same({ 3, 2 }, elements.shape)
  end)

  it("has each row once where the labels rise, repeat at last, or fall at last", function()
    for _, list in ipairs { { 1, 2, 4, 5 }, { 1, 2, 4, 4 }, { 2, 4, 5, 1 }, { 3 } } do
      local with, without = both(function(W, sparse) loss(W, list, sparse, 3):backward() end)
      assert.same(list[4] == 4 and { 1, 2, 4 } or list, with:grad_rows():totable())
      assert.same(without.grad:totable(), with.grad:totable())
    end
    local W = table_of(4)
    F.embed_id(ids { -1, 2, 3 }, W, -1):sum():backward()
    assert.same({ 2, 3 }, W:grad_rows():totable())
  end)

  it("is a whole matrix to who looks at it", function()
    local with, without = both(function(W, sparse) loss(W, { 5, 2, 5 }, sparse, 1):backward() end)
    assert.same(without.grad:totable(), with.grad:totable())
    assert.same({ 0, 0 }, with.grad:totable()[1])
    assert.is_truthy(with:grad_rows())
    assert.is_nil(without:grad_rows())
    assert.is_nil(with.grad.grad)
  end)

  it("is no longer one of rows when the matrix was changed", function()
    local W = table_of(6)
    loss(W, { 5, 2 }, true, 1):backward()
    W.grad.data = dg.ones_like(W)
    assert.is_nil(W:grad_rows())
    assert.same({ 1, 1 }, W.grad:totable()[6])
    local V = table_of(6)
    loss(V, { 5, 2 }, true, 1):backward()
    V.grad:pointer()[0] = 7
    assert.is_nil(V:grad_rows())
    assert.same({ 7, 0 }, V.grad:totable()[1])
  end)

  it("adds up the uses of a matrix in one graph", function()
    local with, without = both(function(W, sparse)
      local a, b = loss(W, { 1, 2, 2 }, sparse, 1), loss(W, { 2, 4 }, sparse, 3)
      ;(a + b + loss(W, { 1 }, sparse, 5)):backward()
    end)
    assert.same({ 1, 2, 4 }, with:grad_rows():totable())
    assert.same(without.grad:totable(), with.grad:totable())
  end)

  it("adds up with other uses of the matrix, whichever comes first", function()
    for _, first in ipairs { true, false } do
      local with, without = both(function(W, sparse)
        local a = first and loss(W, { 1, 2, 2 }, sparse, 1) or F.square(W):sum()
        local b = first and F.square(W):sum() or loss(W, { 1, 2, 2 }, sparse, 1)
        ;(a + b):backward()
      end)
      assert.is_nil(with:grad_rows())
      assert.same(without.grad:totable(), with.grad:totable())
    end
  end)

  it("adds up over several backward passes", function()
    local orders = {
      { "rows", "rows", "rows" }, { "rows", "whole" }, { "whole", "rows" },
      { "rows", "look", "rows" }, { "whole", "hold", "rows" }, { "rows", "hold", "whole" },
      { "rows", "hold", "rows" },
    }
    for _, order in ipairs(orders) do
      local held = {}
      local with, without = both(function(W, sparse)
        for k, what in ipairs(order) do
          if what == "rows" then loss(W, { k, 2, 6 }, sparse, k):backward()
          elseif what == "whole" then F.square(W):sum():backward()
          elseif what == "look" then assert.is_truthy(W.grad)
          else held[#held + 1] = { W.grad, W.grad:totable() } end
        end
      end)
      local what = table.concat(order, " ")
      assert.same(without.grad:totable(), with.grad:totable(), what)
      for _, pair in ipairs(held) do assert.same(pair[2], pair[1]:totable(), what) end
    end
  end)

  it("counts nothing for ignored labels, and may have no rows", function()
    local W = table_of(3)
    F.embed_id(ids { -1, 2, -1 }, W, -1):sum():backward()
    assert.same({ 2 }, W:grad_rows():totable())
    local V = table_of(3)
    F.embed_id(ids { -1 }, V, -1):sum():backward()
    assert.same({}, V:grad_rows():totable())
    assert.same({ { 0, 0 }, { 0, 0 }, { 0, 0 } }, V.grad:totable())
  end)

  it("is made for leaves alone, and not where the walk is recorded", function()
    local W = table_of(3)
    local V = W * 1
    V:retain_grad()
    loss(V, { 2, 3 }, true, 1):backward()
    assert.is_nil(V:grad_rows())
    assert.is_nil(W:grad_rows())
    W:cleargrad()
    loss(W, { 2, 3 }, true, 1):backward { enable_double_backprop = true }
    assert.is_nil(W:grad_rows())
    assert.same({ { 0, 0 }, { 1, 1 }, { 2, 4 } }, W.grad:totable())
  end)

  it("is whole for hooks, steps and dg.grad", function()
    local W, seen = table_of(3)
    W:register_hook(function(g) seen = g:totable() end)
    loss(W, { 2 }, true, 1):backward()
    assert.same({ { 0, 0 }, { 1, 1 }, { 0, 0 } }, seen)
    assert.same({ 2 }, W:grad_rows():totable())
    local V = table_of(3)
    local y = loss(V, { 2, 2 }, true, 1) + loss(V, { 3 }, true, 1)
    local steps = {}
    for step in y:walk() do
      if step.name == "embed_id" then steps[#steps + 1] = step.input_gradients[2]:totable() end
    end
    assert.same({ { { 0, 0 }, { 0, 0 }, { 1, 1 } }, { { 0, 0 }, { 3, 5 }, { 0, 0 } } }, steps)
    assert.same({ { 0, 0 }, { 3, 5 }, { 1, 1 } }, V.grad:totable())
    local again = loss(V, { 2, 2 }, true, 1) + loss(V, { 3 }, true, 1)
    assert.same(V.grad:totable(), dg.grad({ again }, { V })[1]:totable())
  end)

  it("can start a walk, and be given away", function()
    local W = table_of(3)
    loss(W, { 2 }, true, 1):backward()
    local V = table_of(3)
    V.grad = W.grad
    loss(V, { 1 }, true, 1):backward()
    assert.same({ { 1, 1 }, { 1, 1 }, { 0, 0 } }, V.grad:totable())
    assert.same({ { 0, 0 }, { 1, 1 }, { 0, 0 } }, W.grad:totable())
    local g = W.grad
    g.requires_grad = true
    F.square(g):sum():backward()
    assert.same({ { 0, 0 }, { 2, 2 }, { 0, 0 } }, g.grad:totable())
  end)

  it("costs what its rows do", function()
    local W = dg.Variable(dg.zeros(100000, 16))
    settle()
    local before = dg.memory()
    F.embed_id(ids { 99999, 7, 7 }, W):sum():backward()
    assert.is_true(dg.memory().live - before.live < 4096)
    assert.same({ 99999, 7 }, W:grad_rows():totable())
    W:cleargrad()
    settle()
    assert.equal(before.tensors, dg.memory().tensors)
    assert.equal(before.live, dg.memory().live)
  end)

  it("finds many rows", function()
    local W, list, seen = dg.Variable(dg.zeros(5000, 1)), {}, {}
    local order, counts = {}, {}
    for i = 1, 3000 do
      local id = i * i % 4999 + 1
      list[i] = id
      if not seen[id] then
        seen[id] = true
        order[#order + 1] = id
      end
      counts[id] = (counts[id] or 0) + 1
    end
    F.embed_id(ids(list), W):sum():backward()
    local numbers, elements = W:grad_rows()
    assert.same(order, numbers:totable())
    for i, id in ipairs(order) do order[i] = { counts[id] } end
    assert.same(order, elements:totable())
  end)

  it("leaves all as it was where memory runs out", function()
    local C = require("dgraph.native").C
    local W, failures = table_of(6), 0
    loss(W, { 6, 6, 1 }, true, 1):backward()
    local before = W.grad:totable()
    W.grad = nil
    loss(W, { 6, 6, 1 }, true, 1):backward()
    for n = 0, 60 do
      local s = dg.open_scope()
      local y = loss(W, { 5, 2, 5 }, true, 1) + loss(W, { 1 }, true, 1)
      C.dg_memory_fail_after(n)
      local ok, message = pcall(y.backward, y)
      C.dg_memory_fail_after(-1)
      s:close()
      if ok then break end
      failures = failures + 1
      assert.matches("memory", message)
      assert.same({ 6, 1 }, W:grad_rows():totable())
    end
    assert.is_true(failures > 0)
    assert.same({ 6, 1, 5, 2 }, W:grad_rows():totable())
    assert.same({ before[1][1] + 1, before[1][2] + 1 }, W.grad:totable()[1])
  end)
end)
