local dg = require "dgraph"
local settle = require "spec.support.settle"

describe("dg.memory", function()
  it("reports bytes by kind, tensors and nodes", function()
    settle()
    local before = dg.memory()
    local x = dg.zeros(1000)
    local p = dg.Parameter(0, { 500 })
    local y = p * 2
    local now = dg.memory()
    assert.is_true(now.live >= before.live + 4000 + 2000 + 2000)
    assert.is_true(now.parameters >= before.parameters + 2000)
    assert.same({ before.tensors + 3, before.nodes + 1 }, { now.tensors, now.nodes })
    y:sum():backward()
    assert.is_true(dg.memory().gradients >= before.gradients + 2000)
    assert.is_true(x.size == 1000)
  end)

  it("can be limited", function()
    dg.set_memory_limit(dg.memory().live + 1e6)
    local ok, message = pcall(dg.zeros, 1e6)
    dg.set_memory_limit(nil)
    assert.is_false(ok)
    assert.truthy(message:find("memory", 1, true), message)
    assert.equal(1e6, dg.zeros(1e6).size)
  end)

  it("is collected before an allocation is refused", function()
    settle()
    dg.set_memory_limit(dg.memory().live + 10e6)
    for _ = 1, 20 do
      local y = dg.zeros(1e6) + 1 -- garbage at once
      assert.equal(1e6, y.size)
    end
    dg.set_memory_limit(nil)
  end)

  it("is collected when much of it is garbage", function()
    settle()
    dg.set_gc_limit(20e6)
    local most = 0
    for _ = 1, 50 do
      dg.zeros(1e6)
      most = math.max(most, dg.memory().live)
    end
    dg.set_gc_limit(256 * 2 ^ 20)
    assert.is_true(most < 40e6, most)
    dg.trim()
    assert.equal(0, dg.memory().cache)
  end)
end)
