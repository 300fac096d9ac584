-- Products with rows of a table that repeat, which multiply each different row once: whoever looks
-- must see what the product of all rows would be.
local dg = require "dgraph"
local settle = require "spec.support.settle"

local F = dg.F
local IDS, IN, OUT = 9, 24, 32 -- with 192 ids it is worth it

local function ids(shape)
  local list = dg.arange(1, 193) * 5 % IDS + 1
  return list:cast("int32"):reshape(unpack(shape or { 192 }))
end

--- A table, weights, and a loss of them; `way` says how the rows get from one to the other.
local function layer(way, dtype, shape)
  dg.seed(7)
  local options = { dtype = dtype or "float64" }
  local m = {
    id = ids(shape),
    table = dg.Variable(dg.randn(IDS, IN, options)),
    W = dg.Variable(dg.randn(OUT, IN, options)), b = dg.Variable(dg.randn(OUT, options)),
    by = dg.randn(192, OUT, options),
  }
  function m.rows(rows) return way == "long" and rows * 1 or rows end
  function m.loss(...)
    m.x = m.rows(F.embed_id(m.id, m.table, ...))
    m.y = F.linear(m.x, m.W, m.b)
    return F.sum(m.y * m.by)
  end
  return m
end

local NAMES = { "table", "W", "b" }

local function near(expected, got, what, bound)
  assert.same(expected.shape, got.shape)
  local largest = (expected - got):abs():max():item()
  assert.is_true(largest < (bound or 1e-11), what .. " differs by " .. largest)
end

--- Does the same in both ways, and compares all gradients. Returns what f did.
local function both(f, dtype, bound)
  local short, long = layer("short", dtype), layer("long", dtype)
  local a, b = f(short), f(long)
  assert.equal(b ~= nil, a ~= nil)
  if a then near(b, a, "the result", bound) end
  for _, name in ipairs(NAMES) do
    local expected = long[name].grad
    if expected then near(expected, short[name].grad, name, bound)
    else assert.is_nil(short[name].grad) end
  end
end

--- Whether the layer takes the short way: it notes rows and places beside its result.
local function is_short(f)
  return dg.scope(function()
    local before = dg.memory().tensors
    f()
    return dg.memory().tensors - before > 1
  end)
end

describe("a product with rows of a table that repeat", function()
  it("multiplies different rows alone where that pays", function()
    local m = layer()
    local few = dg.Variable(dg.randn(IDS, 2, { dtype = "float64" }))
    local many = dg.Variable(dg.randn(192, IN, { dtype = "float64" }))
    dg.scope(function()
      local x = F.embed_id(m.id, m.table)
      local narrow, other = F.embed_id(m.id, few), F.embed_id(dg.arange(192):cast "int32" + 1, many)
      assert.is_true(is_short(function() F.linear(x, m.W, m.b) end))
      local V = dg.ones({ OUT, 2 }, { dtype = "float64" })
      assert.is_false(is_short(function() F.linear(narrow, V) end))
      assert.is_false(is_short(function() F.linear(other, m.W, m.b) end))
    end)
  end)

  it("has the values and gradients of the product of all rows", function()
    for dtype, bound in pairs { float64 = 1e-11, float32 = 1e-3 } do
      both(function(m)
        m.loss():backward()
        return m.y
      end, dtype, bound)
    end
  end)

  it("finds rows behind other axes and in another order", function()
    local function through(move, shape)
      local results = {}
      for k, way in ipairs { "short", "long" } do
        local m = layer(way, nil, shape)
        dg.scope(function()
          local x = move(m.rows(F.embed_id(m.id, m.table)))
          assert.equal(way == "short", is_short(function() F.linear(x, m.W) end))
          F.sum(F.linear(x, m.W, m.b) * m.by):backward()
        end)
        results[k] = m
      end
      for _, name in ipairs(NAMES) do near(results[2][name].grad, results[1][name].grad, name) end
    end
    through(function(x) return x:reshape(192, IN) end, { 4, 48 })
    through(function(x) return x:swapaxes(1, 2):reshape(192, IN) end, { 4, 48 })
    through(function(x) return x:transpose(3, 1, 2, 4):reshape(96, 2, IN):reshape(192, IN) end,
      { 4, 6, 8 })
  end)

  it("goes the long way where columns are moved", function()
    local m = layer()
    dg.scope(function()
      local x = F.embed_id(m.id, m.table)
      local turned = x:reshape(192, 4, 6):transpose(1, 3, 2):reshape(192, IN)
      assert.is_false(is_short(function() F.linear(turned, m.W) end))
      local V = dg.ones({ OUT, IN / 2 }, { dtype = "float64" })
      local halves = x:reshape(384, IN / 2)
      assert.is_false(is_short(function() F.linear(halves, V) end))
    end)
  end)

  it("has zeros for ignored ids, that learn nothing", function()
    both(function(m)
      m.loss(3):backward()
      assert.same(dg.zeros(IN):totable(), m.table.grad[3]:totable())
      return m.y
    end)
    both(function(m)
      m.id[{}] = -1
      m.loss(-1):backward()
      assert.equal(0, m.table.grad:abs():max():item())
      near(m.b.grad, m.by:sum(1), "b")
      return m.y
    end)
  end)

  it("gives the table rows, or a whole matrix", function()
    local m = layer()
    m.id[{}] = dg.arange(192) % 3 + 4
    m.loss():backward()
    local numbers = m.table:grad_rows()
    assert.same({ 4, 5, 6 }, numbers:totable())
    both(function(n) n.loss { sparse = false }:backward() end)
    assert.is_nil((function()
      local n = layer()
      n.loss { sparse = false }:backward()
      return n.table:grad_rows()
    end)())
  end)

  it("hands on to what the table was made of", function()
    both(function(m)
      local leaf = m.table
      m.table = leaf * leaf
      m.loss():backward()
      m.table = leaf
    end)
  end)

  it("shows the gradient of the rows to whoever wants it", function()
    both(function(m)
      local seen
      local loss = m.loss()
      m.x:register_hook(function(g) seen = g:copy() end)
      loss:backward()
      return seen
    end)
    both(function(m)
      local loss = m.loss()
      m.x:register_hook(function(g) return g * 2 end)
      loss:backward()
    end)
    both(function(m)
      local loss = m.loss()
      m.x:retain_grad()
      loss:backward()
      return m.x.grad
    end)
    both(function(m)
      m.loss():backward { retain_grad = true }
      return m.x.grad
    end)
    both(function(m)
      local loss = m.loss()
      return dg.grad({ loss }, { m.x })[1]
    end)
    both(function(m)
      local loss = m.loss()
      local by_table, by_x = unpack(dg.grad({ loss }, { m.table, m.x }))
      near(F.embed_id(m.id, by_table * 0) + m.by:matmul(m.W), by_x, "x")
      return by_table
    end)
    both(function(m)
      for step in m.loss():walk() do
        if step.name == "linear" then return step.input_gradients[1]:copy() end
      end
    end)
  end)

  it("gives dg.grad what it asks for alone", function()
    for _, name in ipairs(NAMES) do
      both(function(m) return dg.grad({ m.loss() }, { m[name] })[1] end)
    end
    both(function(m)
      local result = dg.grad({ m.loss() }, { m.W, m.table, m.b })
      return F.concat({ result[1]:reshape(-1), result[2]:reshape(-1), result[3] }, 1)
    end)
  end)

  it("can be differentiated twice", function()
    both(function(m)
      local square = m.loss() ^ 2
      local g = dg.grad({ square }, { m.W, m.table }, { enable_double_backprop = true })
      F.sum(g[1] * g[1]):backward()
      for _, name in ipairs(NAMES) do m[name].grad = m[name].grad / 1e8 end
    end)
    local m = layer()
    dg.gradient_check.check_backward(function(rows, W, b)
      return F.linear(F.embed_id(m.id, rows), W, b)
    end, { m.table, m.W, m.b }, m.by)
  end)

  it("adds to other uses of the table and of the rows", function()
    local uses = {
      function(m) return m.loss() + F.sum(m.x * m.x) end,
      function(m) return F.sum(m.table * m.table) + m.loss() end,
      function(m) return m.loss() + F.sum(F.linear(m.table, m.W) ^ 2) end,
      function(m) return m.loss() + m.loss(4) * 3 + m.loss { sparse = false } end,
      function(m)
        local loss = m.loss()
        return loss + F.sum(F.linear(m.x, m.W * 2, m.b) * m.by)
      end,
    }
    for _, use in ipairs(uses) do both(function(m) use(m):backward() end) end
    both(function(m) -- rows of one table in another's layer
      m.loss():backward()
      m.loss(2):backward()
    end)
  end)

  it("adds to weights that are the table themselves", function()
    local id = dg.arange(640):cast "int32" % IDS + 1
    local by = dg.randn(640, IDS, { dtype = "float64" })
    for uses = 1, 2 do
      both(function(m)
        local x, loss = m.rows(F.embed_id(id, m.table)), nil
        for _ = 1, uses do
          local one = F.sum(F.linear(x, m.table) * by)
          loss = loss and loss + one or one
        end
        loss:backward()
      end)
    end
  end)

  it("is walked again with retain_graph, and not without", function()
    both(function(m)
      local loss = m.loss()
      loss:backward { retain_graph = true }
      loss:backward()
      assert.error_matches(function() loss:backward() end, "the graph was freed")
      assert.error_matches(function() F.sum(m.x * 2):backward() end, "the graph was freed")
    end)
  end)

  it("goes by the table as it was, whatever it is afterwards", function()
    both(function(m)
      local loss = m.loss()
      m.table.data = dg.zeros_like(m.table)
      loss:backward()
    end)
    both(function(m)
      local x = m.rows(F.embed_id(m.id, m.table))
      m.table.data = dg.zeros_like(m.table)
      local y = F.linear(x, m.W, m.b)
      F.sum(y * m.by):backward()
      return y
    end)
  end)

  it("sees what was written into the rows before", function()
    both(function(m)
      local x = m.rows(F.embed_id(m.id, m.table))
      dg.no_backprop_mode(function() x[{ 2 }] = 5 end)
      local y = F.linear(x, m.W, m.b)
      F.sum(y * m.by):backward()
      return y
    end)
    both(function(m)
      local x = m.rows(F.embed_id(m.id, m.table))
      x:pointer()[0] = 5
      return F.linear(x:reshape(192, IN), m.W, m.b)
    end)
  end)

  it("fails where ids or rows are overwritten before backward", function()
    for _, name in ipairs { "id", "x" } do
      local m = layer()
      local loss = m.loss()
      dg.no_backprop_mode(function() m[name][{}] = 1 end)
      assert.error_matches(function() loss:backward() end, "was overwritten before backward")
      for _, leaf in ipairs(NAMES) do assert.is_nil(m[leaf].grad) end
    end
    for _, id in ipairs { 1, 1e6 } do
      local m = layer()
      local x = F.embed_id(m.id, m.table)
      m.id[{}] = id -- the rows are those of the ids before
      near(F.linear(x * 1, m.W, m.b), F.linear(x, m.W, m.b), "y")
    end
  end)

  it("stops at rows that were cut off", function()
    for _, when in ipairs { "before", "after" } do
      local m = layer()
      local x = F.embed_id(m.id, m.table)
      if when == "before" then x:unchain() end
      local y = F.linear(x, m.W, m.b)
      if when == "after" then x:unchain() end
      F.sum(y * m.by):backward()
      assert.is_nil(m.table.grad)
      near(m.by:transpose():matmul(x), m.W.grad, "W")
      if when == "after" then near(m.by:matmul(m.W), x.grad, "x") end
    end
  end)

  it("leaves a table alone that takes no gradient any more", function()
    local m = layer()
    local loss = m.loss()
    m.table.requires_grad = false
    loss:backward()
    assert.is_nil(m.table.grad)
    near(m.by:transpose():matmul(m.x), m.W.grad, "W")
  end)

  it("leaves nothing behind", function()
    local m = layer()
    local function once(scoped)
      local loss = m.loss
      if scoped then dg.scope(function() loss():backward() end) else loss():backward() end
      if scoped then dg.scope(loss) else loss() end
      m.x, m.y = nil, nil
      for _, name in ipairs(NAMES) do m[name]:cleargrad() end
    end
    once()
    settle()
    local before = dg.memory()
    for k = 1, 6 do once(k % 2 == 0) end
    settle()
    assert.equal(before.tensors, dg.memory().tensors)
    assert.equal(before.nodes, dg.memory().nodes)
    assert.equal(before.live, dg.memory().live)
  end)

  it("is the same with several threads", function()
    local function run(threads)
      dg.set_num_threads(threads)
      local m = layer()
      m.loss():backward()
      return { m.y:totable(), m.table.grad:totable(), m.W.grad:totable(), m.b.grad:totable() }
    end
    local before = dg.get_num_threads()
    local ok, one, two = pcall(function() return run(1), run(2) end)
    dg.set_num_threads(before)
    assert.is_true(ok, one)
    assert.same(one, two)
  end)

  it("trains as before, plainly and with other optimizers", function()
    for _, name in ipairs { "SGD", "Adam" } do
      local made = {}
      for k, way in ipairs { "short", "long" } do
        local m = layer(way)
        local chain = dg.Chain()
        for _, leaf in ipairs(NAMES) do
          m[leaf] = dg.Parameter(m[leaf].data)
          chain[leaf] = m[leaf]
        end
        local optimizer = dg.optimizers[name](0.01):setup(chain)
        for _ = 1, 3 do optimizer:update(m.loss) end
        made[k] = m
      end
      for _, leaf in ipairs(NAMES) do near(made[2][leaf], made[1][leaf], leaf, 1e-9) end
    end
  end)
end)
