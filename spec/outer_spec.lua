-- Gradients of weights from single rows of input, which are kept as two vectors until somebody
-- looks: whoever does must see what a written-out gradient would be.
local dg = require "dgraph"
local settle = require "spec.support.settle"

local F = dg.F
local IN, OUT = 40, 24

--- Weights and a loss that is linear in them, from `rows` rows of input. A batch of two equal rows,
--- each counted half, has the same gradient as one row, but gets it written out.
local function layer(rows, dtype)
  dg.seed(3)
  local options = { dtype = dtype or "float64" }
  local W = dg.Variable(dg.randn(OUT, IN, options))
  local b = dg.Variable(dg.randn(OUT, options))
  local x, c = dg.randn(1, IN, options), dg.randn(1, OUT, options)
  local function loss(scale, weights)
    local input = rows == 1 and x or F.concat({ x, x }, 1)
    return (F.linear(input, weights or W, b) * c):sum() * ((scale or 1) / rows)
  end
  return W, loss, b, x, c
end

local function same(expected, got)
  local largest = (expected - got):abs():max():item()
  assert.is_true(largest < 1e-12, "differs by " .. largest)
end

--- What `f` makes of the gradient, where it is two vectors and where it is written out.
local function both(f)
  local results = {}
  for rows = 1, 2 do
    local W, loss = layer(rows)
    results[rows] = f(W, loss) or W.grad
  end
  same(results[2], results[1])
  return results[1]
end

describe("a gradient of weights from one row", function()
  it("is the product of the output's gradient and the input", function()
    for _, dtype in ipairs { "float32", "float64" } do
      local W, loss, b, x, c = layer(1, dtype)
      loss():backward()
      assert.same({ OUT, IN }, W.grad.shape)
      assert.equal(dtype, W.grad.dtype)
      assert.is_nil(W.grad.grad)
      assert.same((c:transpose() * x):totable(), W.grad:totable())
      assert.same(c[1]:totable(), b.grad:totable())
    end
  end)

  it("costs what the vectors do until somebody looks", function()
    local W, x = dg.Variable(dg.zeros(1000, 1000)), dg.ones(1, 1000)
    settle()
    local before = dg.memory()
    F.linear(x, W):sum():backward()
    settle()
    local bytes = dg.memory().live - before.live
    assert.is_true(bytes >= 8000 and bytes < 16000)
    assert.equal(1, W.grad[{ 1000, 1000 }]:item())
    assert.is_true(dg.memory().live - before.live >= 4e6)
    W:cleargrad()
    settle()
    assert.equal(before.tensors, dg.memory().tensors)
    assert.equal(before.live, dg.memory().live)
  end)

  it("takes a row with gaps", function()
    local W, V = dg.Variable(dg.ones(OUT, IN)), dg.Variable(dg.ones(OUT, IN))
    local x = dg.arange(2 * IN):reshape(IN, 2):transpose()[{ { 2, 2 } }]
    local c = dg.arange(2 * OUT):reshape(OUT, 2):transpose()[{ { 1, 1 } }]
    F.sum(F.linear(x, W) * c):backward()
    F.sum(F.linear(x:copy(), V) * c):backward()
    assert.same((c:transpose() * x):totable(), W.grad:totable())
    assert.same(V.grad:totable(), W.grad:totable())
  end)

  it("is what it was when the input is overwritten afterwards", function()
    local W, loss, _, x = layer(1)
    loss():backward()
    local expected = layer(1)
    local V, again = layer(1)
    again():backward()
    x[{}] = 0
    same(V.grad, W.grad)
    assert.same(expected:totable(), W:totable())
  end)

  it("adds up in one graph with other uses of the weights", function()
    local uses = {
      function(_, loss) return loss(1) + loss(3) end,
      function(W, loss) return loss(1) + (W * W):sum() end,
      function(W, loss) return (W * W):sum() + loss(1) end,
      function(W, loss) return (W * W * 1):sum() + loss(1) + loss(2) + W:sum() end,
    }
    for _, use in ipairs(uses) do both(function(W, loss) use(W, loss):backward() end) end
  end)

  it("is a sum of products where a layer is used again and again", function()
    for _, uses in ipairs { 2, 3, 5, 15, 16, 40 } do -- 15 pairs of vectors are as large as W
      both(function(W, loss)
        local total = loss(1)
        for k = 2, uses do total = total + loss(k) end
        total:backward()
        local V, once = layer(2)
        once():backward()
        same(V.grad, W.grad / (uses * (uses + 1) / 2))
      end)
    end
  end)

  it("costs what the vectors of all uses do, or no more than written out", function()
    local W, b = dg.Variable(dg.eye(1000)), dg.Variable(dg.zeros(1000))
    local x = dg.ones(1, 1000)
    local function step(h)
      for _ = 1, 6 do h = F.linear(h, W, b) + x end
      h:sum():backward()
    end
    step(x) -- tables grow
    W:cleargrad()
    settle()
    local before = dg.memory().live
    dg.scope(step, x)
    assert.is_true(dg.memory().live - before < 80000)
    assert.equal(0, (W.grad - (1 + 2 + 3 + 4 + 5 + 6)):abs():max():item())
    assert.equal(12, b.grad[1]:item())
    local V, c = dg.Variable(dg.zeros(OUT, IN)), dg.ones(1, IN)
    before = dg.memory().live
    dg.scope(function()
      local y = F.linear(c, V)
      for _ = 2, 200 do y = y + F.linear(c, V) end
      y:sum():backward()
    end)
    assert.is_true(dg.memory().live - before < 3 * OUT * IN * 4)
    assert.equal(200, V.grad[{ OUT, IN }]:item())
  end)

  it("adds up over several backward passes", function()
    local orders = {
      { "vectors", "vectors" }, { "vectors", "whole" }, { "whole", "vectors" },
      { "vectors", "look", "vectors" }, { "vectors", "hold", "vectors" },
      { "hold", "vectors", "whole" },
    }
    for _, order in ipairs(orders) do
      both(function(W, loss)
        local held = {}
        for k, what in ipairs(order) do
          if what == "vectors" then loss(k):backward()
          elseif what == "whole" then (W * W):sum():backward()
          elseif what == "look" then assert.is_truthy(W.grad)
          elseif W.grad then held[#held + 1] = { W.grad, W.grad:totable() } end
        end
        for _, pair in ipairs(held) do assert.same(pair[2], pair[1]:totable()) end
      end)
    end
  end)

  it("is written out for hooks, steps, dg.grad and whoever gets it", function()
    both(function(W, loss)
      local seen
      W:register_hook(function(g) seen = g:copy() end)
      loss():backward()
      same(W.grad, seen)
      return seen
    end)
    both(function(_, loss)
      for step in loss():walk() do
        if step.name == "linear" then return step.input_gradients[2]:copy() end
      end
    end)
    both(function(W, loss) return dg.grad({ loss() }, { W })[1] end)
    both(function(W, loss)
      loss():backward()
      local V = dg.Variable(dg.ones_like(W))
      V.grad = W.grad
      F.sum(V * 2):backward()
      return V.grad
    end)
    both(function(_, loss)
      loss():backward { retain_graph = true, enable_double_backprop = true }
    end)
  end)

  it("adds up with gradients of rows, of weights that are also embeddings", function()
    local ids = dg.tensor({ { 3, 7, 3 } }, "int32")
    local function by_rows(W) return F.sum(F.square(F.embed_id(ids, W))) end
    local orders = {
      function(W, loss) (loss(1) + by_rows(W)):backward() end,
      function(W, loss) (by_rows(W) + loss(1)):backward() end,
      function(W, loss)
        loss(1):backward()
        by_rows(W):backward()
      end,
      function(W, loss)
        by_rows(W):backward()
        loss(1):backward()
      end,
    }
    for _, order in ipairs(orders) do both(function(W, loss) order(W, loss) end) end
  end)

  it("is copied and added with its layer", function()
    both(function(W, loss)
      local model = dg.Chain {}
      model.W = dg.Parameter(W:copy())
      loss(1, model.W):backward()
      local twin = model:copy("copy")
      loss(2, model.W):backward()
      twin:addgrads(model)
      return twin.W.grad
    end)
  end)

  it("is followed by every optimizer as a written-out one is", function()
    local O = dg.optimizers
    local makers = {
      function() return O.SGD(0.1) end,
      function() return O.MomentumSGD(0.1, 0.9) end,
      function() return O.Adam(0.1) end,
      function() return O.FTRL(0.1) end,
      function() return O.RMSprop(0.1) end,
    }
    local hooks = {
      function() end,
      function(o) o:add_hook(O.WeightDecay(0.1)) end,
      function(o) o:add_hook(O.GradientClipping(0.5)) end,
      function(o) o:loss_scaling(8) end,
    }
    for _, make in ipairs(makers) do
      for _, hook in ipairs(hooks) do
        both(function(W, loss)
          local model = dg.Chain {}
          model.W = dg.Parameter(W:copy())
          local optimizer = make():setup(model)
          hook(optimizer)
          for k = 1, 3 do optimizer:update(function() return loss(k, model.W) end) end
          return model.W
        end)
      end
    end
  end)

  it("changes no parameter where memory for the elements of one runs out", function()
    local C = require("dgraph.native").C
    local O = dg.optimizers
    local makers = {
      function() return O.Adam(0.1) end, function() return O.MomentumSGD(0.1) end,
      function() return O.RMSprop(0.1) end, function() return O.FTRL(0.1) end,
    }
    for _, make in ipairs(makers) do
      dg.seed(4)
      local model = dg.Chain { l1 = dg.L.Linear(IN, OUT), l2 = dg.L.Linear(OUT, IN) }
      local optimizer = make():setup(model)
      local x = dg.randn(1, IN)
      local function lossfun() return F.sum(F.square(model.l2(model.l1(x)))) end
      optimizer:update(lossfun)
      local function everything()
        local all = { optimizer.t }
        for path, param in model:namedparams(true) do
          local rule = param.update_rule
          all[#all + 1] = { path, param:totable(), rule.t }
          for name, state in pairs(rule.state) do all[#all + 1] = { name, state:totable() } end
        end
        return all
      end
      local before, refused = everything(), 0
      for n = 0, 20 do
        model:cleargrads()
        lossfun():backward()
        C.dg_memory_fail_after(n)
        local ok, message = pcall(optimizer.update, optimizer)
        C.dg_memory_fail_after(-1)
        if ok then break end
        refused = refused + 1
        assert.matches("memory", message)
        assert.same(before, everything())
      end
      assert.is_true(refused > 1) -- the elements of the first are there, those of the second not
    end
  end)

  it("leaves all as it was where memory runs out", function()
    local C = require("dgraph.native").C
    local W, loss = layer(1)
    loss():backward()
    local before = W.grad:totable()
    local refused = 0
    for n = 0, 60 do
      local s = dg.open_scope()
      local y = loss()
      C.dg_memory_fail_after(n)
      local ok, message = pcall(y.backward, y)
      C.dg_memory_fail_after(-1)
      s:close()
      if ok then break end
      refused = refused + 1
      assert.matches("memory", message)
      assert.same(before, W.grad:totable())
    end
    assert.is_true(refused > 0)
    same(dg.tensor(before, "float64") * 2, W.grad)
    W:cleargrad()
    loss():backward()
    C.dg_memory_fail_after(0)
    local ok, message = pcall(function() return W.grad end)
    C.dg_memory_fail_after(-1)
    assert.is_false(ok)
    assert.matches("grad: out of memory", message)
    assert.same(before, W.grad:totable())
  end)
end)

describe("a layer that is used several times", function()
  local function many(rows)
    dg.seed(5)
    local options = { dtype = "float64" }
    local m = {
      W = dg.Variable(dg.randn(IN, IN, options)), b = dg.Variable(dg.randn(IN, options)),
      c = dg.Variable(dg.randn(IN, options)), x = dg.Variable(dg.randn(rows, IN, options)),
    }
    m.by = dg.randn(rows, IN, options)
    return m
  end

  --- Gradients of W, b, c, x from uses of a layer, beside what products and sums written out give.
  local function check(f)
    for _, rows in ipairs { 1, 2, 7 } do
      local m, plain = many(rows), many(rows)
      F.sum(f(m, F.linear) * m.by):backward()
      F.sum(f(plain, function(x, W, b)
        local y = F.matmul(x, W:transpose())
        return b and y + b or y
      end) * plain.by):backward()
      for _, name in ipairs { "W", "b", "c", "x" } do
        local expected = plain[name].grad
        if expected then
          local largest = (expected - m[name].grad):abs():max():item()
          assert.is_true(largest <= 1e-12 * expected:abs():max():item(), name .. largest)
        else
          assert.is_nil(m[name].grad)
        end
      end
    end
  end

  it("adds to the gradient that its weights have got", function()
    check(function(m, f) return f(f(f(m.x, m.W, m.b), m.W, m.b), m.W, m.b) end)
    check(function(m, f) return f(f(m.x, m.W), m.W) end)
    check(function(m, f) return f(f(m.x, m.W, m.b), m.W) end)
    check(function(m, f) return f(f(m.x, m.W), m.W, m.b) end)
    check(function(m, f) return f(f(m.x, m.W, m.b), m.W, m.c) + f(m.x, m.W, m.b) end)
    check(function(m, f) return f(m.x, m.W, m.b) * f(m.x, m.W * 2, m.c) + m.b + m.c end)
    check(function(m, f) return f(m.x, m.W, m.b) * f(F.matmul(m.x, m.W), m.W, m.b) end)
    check(function(m, f) return f(m.x, f(m.W, m.W) * 0.1, m.b) + f(m.x, m.W, m.b) end)
    check(function(m, f)
      m.W.requires_grad = false
      return f(f(m.x, m.W, m.b), m.W, m.b)
    end)
    check(function(m, f)
      local V = m.W * 1 -- no leaf
      return f(f(m.x, V, m.b), V, m.b)
    end)
  end)

  it("shows hooks the whole sum, and takes what they give", function()
    local m, sums = many(3), {}
    for _, name in ipairs { "W", "b" } do
      m[name]:register_hook(function(g)
        sums[name] = g
        return g * 2
      end)
    end
    F.sum(F.linear(F.linear(m.x, m.W, m.b), m.W, m.b) * m.by):backward()
    for name, sum in pairs(sums) do same(sum * 2, m[name].grad) end
  end)

  it("leaves a gradient alone that others look at", function()
    local m = many(2)
    local seen, V = nil, m.W * 1
    V:register_hook(function(g) seen = g end)
    local y = F.sum(F.linear(F.linear(m.x, V, m.b), V, m.b) * m.by)
    y:backward { retain_graph = true }
    local before, grad = seen:totable(), m.W.grad
    local held = grad:totable()
    y:backward()
    assert.same(before, seen:totable())
    assert.same(held, grad:totable())
    same(dg.tensor(held, "float64") * 2, m.W.grad)
  end)

  it("leaves a gradient alone that another tensor has too", function()
    local m, V = many(2), dg.Variable(dg.zeros({ IN, IN }, { dtype = "float64" }))
    local K, k = dg.randn(IN, IN, { dtype = "float64" }), dg.randn(IN, { dtype = "float64" })
    local y = F.linear(m.x, m.W, m.b) -- visited last
    local loss = F.sum(y * m.by) + F.sum((m.W + V) * K) + F.sum((m.b + m.c) * k)
    loss:backward()
    same(K, V.grad)
    same(k, m.c.grad)
    same(K + m.by:transpose():matmul(m.x), m.W.grad)
    same(k + m.by:sum(1), m.b.grad)
  end)

  it("makes no other matrix as large as the weights", function()
    local W, x = dg.Variable(dg.zeros(500, 500)), dg.ones(2, 500)
    local y = F.linear(x, W) + F.linear(x, W) + F.linear(x, W)
    settle()
    dg.set_memory_limit(dg.memory().live + 1.5e6) -- W has 1e6 bytes
    local ok, message = pcall(function() y:sum():backward() end)
    dg.set_memory_limit(nil)
    assert.is_true(ok, message)
    assert.equal(6, W.grad[{ 500, 500 }]:item())
  end)
end)
