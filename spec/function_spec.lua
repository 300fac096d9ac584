local dg = require "dgraph"
local settle = require "spec.support.settle"

describe("an operator written in Lua", function()
  local Cube = dg.Function:extend "cube"
  function Cube:forward(x)
    self.x = x
    return x * x * x
  end
  function Cube:backward(gy) return 3 * gy * self.x ^ 2 end

  it("computes and differentiates", function()
    local x = dg.Variable { 2 }
    local y = Cube(x)
    assert.same({ 8, "cube", false }, { y:item(), y.creator.name, y.is_leaf })
    y:backward()
    assert.same({ 12 }, x.grad:totable())
    assert.same({ 8 }, Cube:apply(x):totable())
  end)

  it("can be differentiated again", function()
    local x = dg.Variable { 2 }
    local options = { enable_double_backprop = true }
    local g = dg.grad(Cube(x) * 2, x, nil, options)[1]
    local gg = dg.grad(g, x, nil, options)[1]
    assert.same({ 24, 24, 12 }, { g:item(), gg:item(), dg.grad(gg, x)[1]:item() })
  end)

  it("works in scopes, and leaves nothing behind", function()
    local x = dg.Variable { 2 }
    x.grad = dg.zeros(1)
    settle()
    local before = dg.memory()
    for _ = 1, 300 do dg.scope(function() Cube(Cube(x)):backward() end) end
    local after = dg.memory()
    assert.same({ before.tensors, before.nodes }, { after.tensors, after.nodes })
    for _ = 1, 300 do Cube(x):backward() end
    require "dgraph.native".collect()
    after = dg.memory()
    assert.is_true(after.tensors <= before.tensors and after.nodes <= before.nodes)
  end)

  it("takes other arguments, and several inputs and outputs", function()
    local Split = dg.Function:extend "scaled"
    function Split:forward(a, k, b)
      self.k = k
      return a * k, b + a
    end
    function Split:backward(g1, g2)
      local ga = g2
      if g1 then ga = ga and ga + g1 * self.k or g1 * self.k end
      return ga, g2
    end
    local a, b = dg.Variable { 1 }, dg.Variable { 2 }
    local y, z = Split(a, 5, b)
    assert.same({ 5, 3 }, { y:item(), z:item() })
    y:backward { retain_graph = true }
    assert.same({ 5 }, a.grad:totable())
    assert.is_nil(b.grad)
    dg.backward { y, z }
    assert.same({ { 11 }, { 1 } }, { a.grad:totable(), b.grad:totable() })
  end)

  it("does not record what forward does, nor itself without need", function()
    local recorded
    local Look = dg.Function:extend "look"
    function Look.forward(_, x)
      local y = x * 2
      recorded = not y.is_leaf
      return y
    end
    local y = Look(dg.Variable { 1 })
    assert.is_false(recorded)
    assert.has_error(function() y:backward() end)
    assert.is_true(Look(dg.tensor { 1 }).is_leaf)
    dg.no_backprop_mode(function() assert.is_true(Look(dg.Variable { 1 }).is_leaf) end)
  end)

  it("raises the errors of its rules, and leaves stay as they are", function()
    local Bad = dg.Function:extend "bad"
    function Bad:forward(x)
      self.x = x
      return x * 2
    end
    local x = dg.Variable { 1 }
    local function fails(text, backward)
      Bad.backward = backward
      local ok, message = pcall(function() Bad(x):backward() end)
      assert.is_false(ok)
      assert.truthy(message:find(text, 1, true), message)
      assert.is_nil(x.grad)
      assert.equal(0, require "dgraph.native".depth)
    end
    fails("function_spec.lua:", function(self) return self.x .. nil end)
    fails("thrown", function() error "thrown" end)
    fails("it returned 2 gradients for 1 inputs", function(_, g) return g, g end)
    fails("gradient 1 is 5, wanted a tensor", function() return 5 end)
    fails("", function() return dg.ones(3) end)
    fails("add", function(_, g) return g + dg.ones(3, "float64") end)
    x:register_hook(print):remove()
    function Bad.forward() return 5 end
    assert.has_error(function() Bad(x) end)
    function Bad.forward() end
    assert.has_error(function() Bad(x) end)
    assert.has_error(function() dg.Function:extend() end)
    assert.has_error(function() dg.Function:extend "empty"(x) end)
  end)
end)
