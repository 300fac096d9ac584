-- A loop that makes 4 MB temporaries must not grow, in a scope or outside.
local settle = require "spec.support.settle"

local function run(body)
  local code = ([[
    local dg = require "dgraph"
    local x = dg.zeros(1000, 1000)
    local step = function() local y = x + 1 local z = y * 2 return z end
    %s
    for line in io.lines "/proc/self/status" do
      local kb = line:match "VmHWM:%%s*(%%d+)"
      if kb then print(kb / 1024) end
    end]]):format(body)
  local pipe = io.popen("LUA_PATH='lua/?.lua;lua/?/init.lua;;' luajit -e '" .. code .. "' 2>&1")
  local text = pipe:read "*a"
  pipe:close()
  return assert(tonumber(text), text)
end

describe("2,000 steps with temporaries of 4 MB #slow", function()
  it("stay under 400 MB without a scope", function()
    assert.is_true(run "for _ = 1, 2000 do step() end" < 400)
  end)

  it("stay under 400 MB when each result leaves its scope", function()
    assert.is_true(run "for _ = 1, 2000 do dg.scope(step) end" < 400)
  end)

  it("stay under 100 MB in scopes", function()
    assert.is_true(run "for _ = 1, 2000 do dg.scope(function() step() end) end" < 100)
  end)
end)

-- LuaJIT's compiler takes two cdata of one pointer for one object. What owns a tensor is a second
-- cdata of its handle: were it the first one, a table from the first to the second kept both.
describe("what outlives a scope goes when nobody has it any more, where it", function()
  local dg = require "dgraph"
  local x = dg.Variable { 1, 2 }

  local function calls(f)
    for _ = 1, 300 do f() end
  end

  --- How many tensors 300 calls leave behind. Those before the count put f where the Lua stack
  -- still has the f of the test before, with all that it holds.
  local function left_by(f)
    calls(f)
    settle()
    local before = dg.memory().tensors
    calls(f)
    settle()
    return dg.memory().tensors - before
  end

  it("was kept", function()
    local function keep() return (x * 2):keep() and nil end
    assert.equal(0, left_by(function() dg.scope(keep) end))
  end)

  it("was assigned to a field of a link", function()
    local link = dg.Link()
    local function assign() link.h = x * 2 end
    assert.equal(0, left_by(function() dg.scope(assign) end))
  end)

  it("was returned, twice too", function()
    local function twice()
      local y = x * 2
      return y, y
    end
    assert.equal(0, left_by(function() dg.scope(twice) end))
  end)

  it("is the state of an LSTM", function()
    local lstm = dg.links.LSTM(2, 2)
    local batch = dg.ones(1, 2)
    assert.equal(0, left_by(function() dg.scope(lstm, batch) end))
  end)

  it("has a hook", function()
    local function nothing() end
    assert.equal(0, left_by(function() (x * 2):register_hook(nothing) end))
  end)
end)
