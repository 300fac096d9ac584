local dg = require "dgraph"
local F = dg.F

describe("backward", function()
  it("does what the first example says", function()
    local x = dg.Variable(dg.tensor { 5 })
    local y = x ^ 2 + x
    y:backward()
    assert.same({ "{30} float32 1", "{11} float32 1" }, { tostring(y.data), tostring(x.grad) })
  end)

  it("adds to what a leaf has", function()
    local x = dg.Variable { 2 };
    (x * 3):backward();
    (x * 4):backward()
    assert.same({ 7 }, x.grad:totable())
    x:cleargrad()
    assert.is_nil(x.grad)
  end)

  it("fills the gradient that was cleared, without anything of the old one", function()
    for _, batch in ipairs { 1, 2 } do -- of W a product of vectors, or elements
      local W, b = dg.Parameter(dg.ones(20, 30)), dg.Parameter(dg.zeros(20))
      local x = dg.ones(batch, 30)
      local function backward(scale) F.sum(F.linear(x * scale, W, b)):backward() end
      for k = 1, 3 do
        dg.scope(backward, k)
        assert.equal(batch * 600 * k, F.sum(W.grad):item())
        assert.equal(batch * 20, F.sum(b.grad):item())
        W:cleargrad()
        b:cleargrad()
        assert.is_nil(W.grad)
        assert.is_nil(b.grad)
      end
      dg.scope(backward, 1) -- one of the two is wanted in another form than the one that waits
      W:cleargrad()
      x = dg.ones(3 - batch, 30)
      dg.scope(backward, 2)
      assert.equal((3 - batch) * 1200, F.sum(W.grad):item())
    end
  end)

  it("leaves a cleared gradient alone that somebody still has", function()
    local x = dg.Variable { 1, 2, 3, 4, 5, 6 }
    F.sum(x * 2):backward()
    local g = x.grad
    x:cleargrad()
    x:cleargrad()
    F.sum(x * 3):backward()
    assert.same({ 2, 2, 2, 2, 2, 2 }, g:totable())
    assert.same({ 3, 3, 3, 3, 3, 3 }, x.grad:totable())
    x.grad = g
    x:cleargrad()
    F.sum(x * 4):backward()
    assert.same({ 4, 4, 4, 4, 4, 4 }, x.grad:totable())
    assert.same({ 2, 2, 2, 2, 2, 2 }, g:totable())
  end)

  it("makes old handles of a cleared gradient stale", function()
    local x = dg.Variable { 1, 2, 3, 4, 5, 6 }
    local C = require("dgraph.native").C
    F.sum(x * 2):backward()
    local old
    dg.scope(function() old = C.dg_gradient(x) end)
    assert.equal(1, C.dg_alive(old))
    x:cleargrad()
    assert.equal(0, C.dg_alive(old))
    F.sum(x * 2):backward()
    assert.equal(0, C.dg_alive(old))
  end)

  it("starts with the gradient that is set, and uses it up", function()
    local x = dg.Variable { 1, 2 }
    local y = x * 3
    assert.has_error(function() y:backward() end)
    y.grad = dg.tensor { 1, 10 }
    y:backward()
    assert.same({ 3, 30 }, x.grad:totable())
    local ok, message = pcall(function() return y.grad end)
    assert.is_false(ok)
    assert.truthy(message:find("retain_grad", 1, true), message)
  end)

  it("scales the loss", function()
    local x = dg.Variable { 1 };
    (x * 3):backward { loss_scale = 8 }
    assert.same({ 24 }, x.grad:totable());
    (x * 3):backward(false, false, 2)
    assert.same({ 30 }, x.grad:totable())
  end)

  it("keeps gradients on the way when asked", function()
    local x = dg.Variable { 2 }
    local h = x * 3
    local y = h * h
    y:backward { retain_grad = true }
    assert.same({ { 12 }, { 1 } }, { h.grad:totable(), y.grad:totable() })
    local a = x * 5
    a:retain_grad();
    (a * 2):backward()
    assert.same({ 2 }, a.grad:totable())
  end)

  it("leaves gradients that are kept alone on its way down", function()
    for _, size in ipairs { 1, 3, 100 } do -- they lie in a slot, a small block, a larger one
      local x, w = dg.full(size, 2), dg.full(size, 5)
      x.requires_grad, w.requires_grad = true, true
      local h = (x * w):retain_grad()
      local s = (h + x):retain_grad() -- its gradient is x's as well, until h brings another
      F.sum(s * 3):backward()
      local function all(number) return dg.full(size, number):totable() end
      assert.same({ all(3), all(3) }, { s.grad:totable(), h.grad:totable() })
      assert.same({ all(18), all(6) }, { x.grad:totable(), w.grad:totable() })
    end
  end)

  it("adds up where a value is used many times", function()
    for _, size in ipairs { 1, 3, 100 } do
      local x = dg.full(size, 2)
      x.requires_grad = true
      F.sum(x * x + x - (1 - x) * (x + 1) + x * x * x):backward() -- 2x^2 + x - 1 + x^3
      assert.same(dg.full(size, 4 * 2 + 1 + 3 * 4):totable(), x.grad:totable())
    end
  end)

  it("walks a graph once, unless asked to keep it", function()
    local x = dg.Variable { 2 }
    local y = x * x
    y:backward { retain_graph = true }
    y:backward()
    assert.same({ 8 }, x.grad:totable())
    local ok, message = pcall(y.backward, y)
    assert.is_false(ok)
    assert.truthy(message:find("retain_graph", 1, true), message)
  end)

  it("refuses unknown options and what needs no gradient", function()
    local x = dg.Variable { 2 }
    assert.has_error(function() (x * 2):backward { retain_grap = true } end)
    assert.has_error(function() dg.tensor({ 1 }):backward() end)
  end)

  it("goes back from several tensors", function()
    local x = dg.Variable { 1, 2 }
    dg.backward({ (x * 2):sum(), x * 3 }, { false, dg.tensor { 1, 10 } })
    assert.same({ 5, 32 }, x.grad:totable())
    dg.backward((x * 2):sum())
    assert.same({ 7, 34 }, x.grad:totable())
    assert.has_error(function() dg.backward({}) end)
    assert.has_error(function() dg.backward({ 5 }) end)
  end)

  it("frees and walks a long chain", function()
    local x = dg.Variable { 1 }
    dg.scope(function()
      local y = x
      for _ = 1, 100000 do y = y + 0.5 end
      y:backward()
    end)
    assert.same({ 1 }, x.grad:totable())
  end)
end)

describe("dg.grad", function()
  it("depends on the gradients that it starts with, also those of one output twice", function()
    local x = dg.Variable(dg.tensor({ 3 }, "float64"))
    local g1 = dg.Variable(dg.tensor({ 5 }, "float64"))
    local g2 = dg.Variable(dg.tensor({ 7 }, "float64"))
    local y = x ^ 2
    local gx = dg.grad({ y, y }, x, { g1, g2 }, { enable_double_backprop = true })[1]
    assert.equal(6 * (5 + 7), gx:item())
    local by = dg.grad(gx, { g1, g2, x })
    assert.same({ 6, 6, 24 }, { by[1]:item(), by[2]:item(), by[3]:item() })
  end)

  it("gives derivatives of any order", function()
    local x = dg.Variable { 5 }
    local options = { enable_double_backprop = true }
    local first = dg.grad(x ^ 2 + x, x, nil, options)[1]
    local second = dg.grad(first, { x }, options)[1]
    local third = dg.grad(second, x, nil, options)[1]
    assert.same({ 11, 2 }, { first:item(), second:item() })
    assert.is_true(third == nil or third:item() == 0)
    assert.is_nil(x.grad)
  end)

  it("is nil for what the outputs do not depend on", function()
    local x, z = dg.Variable { 5 }, dg.Variable { 1 }
    local gs = dg.grad({ x * 2 }, { z, x })
    assert.is_nil(gs[1])
    assert.equal(2, gs[2]:item())
  end)

  it("sets grad fields when asked", function()
    local x = dg.Variable { 5 }
    dg.grad(x * 2, x, nil, { set_grad = true })
    assert.equal(2, x.grad:item())
    assert.has_error(function() dg.grad(x * 2, x, nil, { foo = 1 }) end)
  end)
end)

describe("leaves", function()
  it("take gradients, add them, and let go of graphs", function()
    local x, z = dg.Variable { 1 }, dg.Variable { 2 }
    x.grad = dg.tensor { 3 }
    z:addgrad(x)
    z:addgrad(x)
    assert.same({ 6 }, z.grad:totable())
    x.grad = nil
    z:addgrad(x)
    assert.same({ 6 }, z.grad:totable())
    assert.has_error(function() x.grad = dg.tensor { 1, 2 } end)
    assert.has_error(function() x.grad = 5 end)
    local d = (x * 2):detach()
    assert.is_true(d.is_leaf and not d.requires_grad)
  end)

  it("are what unchain makes", function()
    local x = dg.Variable { 2 }
    local h = x * 3
    local y = h * h
    h:unchain()
    y:backward()
    assert.is_nil(x.grad)
    local a = x * 2 * 3
    a:unchain_backward()
    assert.is_true(a.is_leaf)
  end)

  it("know their creators when they are none", function()
    local x = dg.Variable { 2 }
    local y = F.relu(x)
    assert.is_nil(x.creator)
    local node = y.creator
    assert.same({ "relu", true, true, 1 },
      { node.name, node.inputs[1] == x, node.outputs[1] == y, #node.inputs })
    assert.is_true((y * 2).rank > y.rank)
    assert.truthy(tostring(node):find("relu", 1, true))
    assert.has_error(function() return node.foo end)
  end)
end)
