local dg = require "dgraph"
local counts = require "spec.support.counts"
local settle = require "spec.support.settle"

describe("dg.scope", function()
  it("gives everything back that was born inside", function()
    local w = dg.Variable { 1, 2 }
    settle()
    local before = counts()
    dg.scope(function()
      local y = w
      for _ = 1, 100 do y = y * 2 + 1 end
    end)
    assert.same(before, counts())
  end)

  it("passes arguments, and keeps what is returned, also in lists", function()
    local a, n, list, none = dg.scope(function(x, k)
      return x * k, k, { x + 1, x + 2, "s" }, nil
    end, dg.tensor { 1 }, 3)
    assert.same({ { 3 }, 3, { 2 }, { 3 }, "s" },
      { a:totable(), n, list[1]:totable(), list[2]:totable(), list[3] })
    assert.is_nil(none)
    collectgarbage()
    assert.equal(3, a:item())
  end)

  it("returns outer tensors, twice as well", function()
    local x = dg.tensor { 1 }
    for _ = 1, 3 do
      local a, b = dg.scope(function() return x, x end)
      assert.is_true(a == x and b == x)
    end
    settle()
    assert.equal(1, x:item())
  end)

  it("cuts what is returned from its graph", function()
    local w = dg.Variable { 2 }
    local y = dg.scope(function() return w * w end)
    assert.is_true(y.is_leaf)
    assert.is_false(y.requires_grad)
    assert.has_error(function() y:backward() end)
  end)

  it("raises for a handle whose scope has closed", function()
    local leaked
    dg.scope(function() leaked = dg.ones(2) end)
    assert.is_false(leaked:is_alive())
    for _, use in ipairs {
      function() return leaked + 1 end, function() return leaked.shape end,
      function() return leaked:item() end, function() return leaked:pointer() end,
      function() leaked[1] = 2 end, function() return leaked[1] end,
      function() return leaked:totable() end, function() leaked:backward() end,
      function() return #leaked end, function() leaked:keep() end,
      function() leaked:release() end, function() return leaked.grad end,
    } do
      local ok, message = pcall(use)
      assert.is_false(ok)
      assert.truthy(message:find("released", 1, true), message)
    end
    assert.equal("released tensor", tostring(leaked))
  end)

  it("nests", function()
    local outer
    local z = dg.scope(function()
      local y = dg.scope(function() return dg.ones(2) * 3 end)
      outer = y
      return y * 2
    end)
    assert.same({ 6, 6 }, z:totable())
    assert.is_false(outer:is_alive())
  end)

  it("keeps nothing that nobody has any more, however often it is asked", function()
    local ones, last = dg.ones(2), { dg.ones(2) }
    local function work(i)
      local x = ones * i
      x:keep()
      last[1] = x
    end
    settle()
    local before = dg.memory().tensors
    for i = 1, 1000 do dg.scope(work, i) end -- enough to be compiled
    settle()
    assert.equal(before, dg.memory().tensors)
    assert.same({ 1000, 1000 }, last[1]:totable())
  end)

  it("keeps what is asked for", function()
    local kept
    dg.scope(function()
      kept = dg.ones(2) * 3
      kept:keep()
      kept:keep()
    end)
    collectgarbage()
    assert.same({ 3, 3 }, kept:totable())
    local again = kept
    kept = nil -- luacheck: ignore
    collectgarbage()
    assert.same({ 3, 3 }, again:totable())
  end)

  it("closes on an error, which stays as it was", function()
    local thrown = { "a table" }
    local ok, message = pcall(dg.scope, function() error(thrown) end)
    assert.is_true(not ok and message == thrown)
    ok, message = pcall(dg.scope, function() error "at a line" end)
    assert.truthy(not ok and message:find("scope_spec.lua:%d+: at a line"))
    assert.equal(0, require "dgraph.native".depth)
  end)

  it("has a token form", function()
    local scope = dg.open_scope()
    local x, y = dg.ones(1), dg.zeros(1)
    local kept = scope:close(x)
    assert.equal(1, kept:item())
    assert.is_false(y:is_alive())
    assert.has_error(function() scope:close() end)
  end)

  it("refuses to return what was released inside, and closes", function()
    local ok, message = pcall(dg.scope, function()
      local x = dg.ones(1)
      x:release()
      return x
    end)
    assert.is_false(ok)
    assert.truthy(message:find("returned or kept", 1, true), message)
    assert.equal(0, require "dgraph.native".depth)
  end)

  it("notices a coroutine that sleeps inside", function()
    local inner
    local sleeper = coroutine.create(function()
      dg.scope(function()
        inner = dg.ones(1)
        coroutine.yield()
      end)
    end)
    assert(coroutine.resume(sleeper))
    local ok, message = pcall(dg.scope, function() end)
    assert.is_false(ok)
    assert.truthy(message:find("a coroutine was suspended inside", 1, true), message)
    assert.is_false(inner:is_alive())
    assert.equal(0, require "dgraph.native".depth)
    assert.equal(1, dg.scope(function() return 1 end))
    ok, message = coroutine.resume(sleeper)
    assert.is_false(ok)
    assert.truthy(message:find("a coroutine was suspended inside", 1, true), message)
  end)

  it("lets coroutines run inside as long as they come back", function()
    local sum = dg.scope(function()
      local total = dg.zeros(1)
      local numbers = coroutine.wrap(function()
        for i = 1, 3 do
          local y = dg.scope(function() return dg.full({ 1 }, i) end)
          coroutine.yield(y)
        end
      end)
      for y in numbers do total = total + y end
      return total
    end)
    assert.equal(6, sum:item())
  end)
end)

describe("release", function()
  it("gives memory back at once, once", function()
    local before = dg.memory().live
    local x = dg.zeros(1000, 1000)
    assert.is_true(dg.memory().live >= before + 4e6)
    x:release()
    assert.equal(before, dg.memory().live)
    assert.has_error(function() x:release() end)
    collectgarbage()
  end)

  it("refuses what others own", function()
    local w = dg.Variable { 1 }
    w:sum():backward()
    dg.scope(function() assert.has_error(function() w.grad:release() end) end)
    assert.same({ 1 }, w.grad:totable())
  end)

  it("says that it was closed before", function()
    local scope = dg.open_scope()
    scope:close()
    assert.has_error(function() scope:close() end, "dg.scope: it was closed before")
  end)

  it("never takes a later scope for its own", function()
    local first = dg.open_scope()
    first:close()
    local second = dg.open_scope() -- in the first one's place
    local x = dg.ones(1)
    assert.has_error(function() first:close() end, "dg.scope: it was closed before")
    assert.is_true(x:is_alive())
    second:close()
    assert.is_false(x:is_alive())
  end)
end)
