local dg = require "dgraph"
local settle = require "spec.support.settle"

local function places(t) return dg.tensor(t, "int64") end
local function bools(t) return dg.tensor(t, "bool") end

describe("assignment", function()
  local x
  before_each(function() x = dg.arange(1, 10):reshape({ 3, 3 }) end)

  it("overwrites positions and ranges", function()
    x[1] = 0
    x[{ { 2, 3 }, 1 }] = dg.tensor { -1, -2 }
    x[{ 3, 3 }] = 7
    assert.same({ { 0, 0, 0 }, { -1, 5, 6 }, { -2, 8, 7 } }, x:totable())
  end)

  it("broadcasts and casts the value", function()
    x[{ {}, { 2, 3 } }] = dg.tensor({ { 5 }, { 6 }, { 7 } }, "int32")
    assert.same({ { 1, 5, 5 }, { 4, 6, 6 }, { 7, 7, 7 } }, x:totable())
    assert.error_matches(function() x[1] = dg.zeros(2) end,
      "a value of shape 2 does not broadcast to the 3 to overwrite")
  end)

  it("reads a value that overlaps its target first", function()
    x[{ { 2, 3 } }] = x[{ { 1, 2 } }]
    assert.same({ { 1, 2, 3 }, { 1, 2, 3 }, { 4, 5, 6 } }, x:totable())
    x[{}] = dg.F.flip(x)
    assert.same({ { 6, 5, 4 }, { 3, 2, 1 }, { 3, 2, 1 } }, x:totable())
  end)

  it("overwrites places by an index, the last of equals wins", function()
    x[places { 3, 1 }] = dg.tensor { { -1, -2, -3 }, { -4, -5, -6 } }
    x[{ {}, places { 2, 2 } }] = dg.tensor { 1, 2 }
    assert.same({ { -4, 2, -6 }, { 4, 2, 6 }, { -1, 2, -3 } }, x:totable())
    x[places { { 1, 2 } }] = 0
    assert.same({ { 0, 0, 0 }, { 0, 0, 0 }, { -1, 2, -3 } }, x:totable())
    assert.error_matches(function() x[places { 4 }] = 0 end, "index 4 is out of range for axis 1")
  end)

  it("overwrites by a mask", function()
    x[x:gt(6)] = 0
    x[bools { true, false, false }] = dg.tensor { 9, 8, 7 }
    assert.same({ { 9, 8, 7 }, { 4, 5, 6 }, { 0, 0, 0 } }, x:totable())
    x:transpose()[x:transpose():eq(0)] = dg.tensor { 1, 2, 3 }
    assert.same({ 1, 2, 3 }, x[3]:totable())
  end)

  it("is seen by the base of a view, and counts as a new version", function()
    local version = x.version
    x[2][{ { 3, 1, -1 } }][1] = 0
    assert.equal(0, x[{ 2, 3 }]:item())
    assert.equal(version + 1, x.version)
  end)

  it("refuses elements that are repeated", function()
    assert.error_matches(function() dg.zeros(3):broadcast_to({ 2, 3 })[1] = 1 end,
      "elements repeated by broadcast_to cannot be overwritten")
  end)

  it("refuses where a gradient would have to know of it", function()
    local w = dg.Variable(x)
    assert.error_matches(function() w[1] = 0 end, "assignment to a leaf that requires a gradient")
    assert.error_matches(function() (w * 2)[1] = 0 end, "to a tensor that requires a gradient")
    assert.error_matches(function() dg.zeros(3, 3)[1] = w[1] end, "no gradient flows")
    dg.no_backprop_mode(function() w[1] = 0 end)
    w.data[2] = 0
    assert.same({ { 0, 0, 0 }, { 0, 0, 0 }, { 7, 8, 9 } }, w:totable())
  end)

  it("is noticed by a backward that needs what was there", function()
    local w = dg.Variable(dg.ones(3, 3))
    local y = (w * x):sum()
    x[{ 1, 1 }] = 0
    assert.error_matches(function() y:backward() end, "overwritten before backward")
  end)

  it("leaves nothing behind", function()
    local function work()
      x[1] = 0
      x[{ { 2, 3 } }] = x[{ { 1, 2 } }]
      x[places { 3, 1 }] = 0
      x[x:gt(6)] = 0
      pcall(function() x[9] = 0 end)
      pcall(function() x[places { 9 }] = 0 end)
    end
    settle()
    local before = dg.memory()
    dg.scope(work)
    local after = dg.memory()
    assert.equal(before.tensors, after.tensors)
    assert.equal(before.live, after.live)
  end)
end)
