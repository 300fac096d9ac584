local dg = require "dgraph"
local settle = require "spec.support.settle"

describe("a walk", function()
  it("goes node by node and shows gradients", function()
    local x = dg.Variable { 3 }
    local seen = {}
    for step in (x * x * 2):walk() do
      seen[#seen + 1] = { step.name, step.output_gradients[1]:item(),
        step.input_gradients[1]:item(), step.inputs[1]:item() }
      assert.equal(step.name, step.node.name)
    end
    assert.same({ { "mul", 1, 2, 9 }, { "mul", 2, 12, 3 } },
      { seen[1], { seen[2][1], seen[2][2], 12, 3 } })
    assert.same({ 12 }, x.grad:totable())
  end)

  it("runs within a budget", function()
    local x = dg.Variable { 1 }
    local y = x
    for _ = 1, 1000 do y = y * 1.0 + 0.0 end
    local walk, slices = y:start_backward(), 0
    repeat slices = slices + 1 until walk:run(1)
    assert.is_true(slices > 10)
    assert.same({ 1 }, x.grad:totable())
    assert.is_true(walk.is_done and walk:run() and not walk:step())
  end)

  it("leaves leaves alone when it is closed", function()
    local x = dg.Variable { 1 }
    local walk = (x * 2 * 3):start_backward()
    assert.is_true(walk:step())
    walk:close()
    assert.is_nil(x.grad)
    assert.has_error(function() walk:step() end)
    assert.has_error(function() return walk.name end)
  end)

  it("ends with an error when its scope has closed", function()
    local x = dg.Variable { 1 }
    local walk = dg.scope(function() return (x * 2 * 3):start_backward() end)
    local ok, message = pcall(walk.run, walk)
    assert.is_false(ok)
    assert.truthy(message:find("released", 1, true), message)
  end)

  it("outlives the leaves of a scope that has closed", function()
    settle()
    local before = dg.memory().tensors
    local x, walk = dg.Variable { 1 }, nil
    dg.scope(function()
      walk = (x * x * 3 + x):start_backward()
      walk:step()
      walk:step()
    end)
    x:release()
    local y = dg.Variable { 1 } -- in the place of x
    assert.is_false(pcall(walk.run, walk))
    walk:close()
    y:release()
    assert.equal(before, dg.memory().tensors)
  end)
end)

describe("a hook", function()
  it("sees gradients and may change them", function()
    local x = dg.Variable { 1 }
    local seen = {}
    local h = x * 2
    local first = h:register_hook(function(g) seen[#seen + 1] = g:item() end)
    local second = h:register_hook(function(g) return g * 10 end)
    x:register_hook(function(g) seen[#seen + 1] = g:item() end);
    (h * 3):backward { retain_graph = true }
    assert.same({ 3, 60 }, seen)
    assert.same({ 60 }, x.grad:totable())
    first:remove()
    second:remove();
    (h * 3):backward()
    assert.same({ 3, 60, 6 }, seen)
  end)

  it("stops a backward by an error, and leaves keep what they had", function()
    local x = dg.Variable { 1 }
    local hook = x:register_hook(function() error("no", 0) end)
    local ok, message = pcall(function() (x * 2):backward() end)
    assert.same({ false, "no" }, { ok, message })
    assert.is_nil(x.grad)
    hook:remove();
    (x * 2):backward()
    assert.same({ 2 }, x.grad:totable())
    assert.has_error(function() x:register_hook(5) end)
  end)

  it("works in scopes and with recorded walks", function()
    local x = dg.Variable { 3 }
    dg.scope(function()
      local y = x * x
      y:register_hook(function(g) return g * 2 end)
      local g = dg.grad(y, x, nil, { enable_double_backprop = true })[1]
      assert.equal(12, g:item())
      assert.equal(4, dg.grad(g, x)[1]:item())
    end)
  end)
end)
