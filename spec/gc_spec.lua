-- A loop that makes 4 MB temporaries must not grow, in a scope or outside.

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
