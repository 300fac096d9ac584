-- Random programs that let tensors escape their scopes, use them again, and collect garbage at
-- random points. Each use of a stale handle raises an error; none reads what is gone.
local dg = require "dgraph"
local F = dg.F

local PROGRAMS = 1000

local uses = {
  function(x) return x + 1 end,
  function(x) return 2 * x end,
  function(x) return x * x end,
  function(x) return x:sum() end,
  function(x) return F.tanh(x) end,
  function(x) return x[1] end,
  function(x) return x[{ { 1, 2 } }] end,
  function(x) return x:reshape { 2, 2 } end,
  function(x) return F.concat({ x, x }, 1) end,
  function(x) return x:detach() end,
  function(x) return x.data end,
}

local looks = {
  function(x) return x.shape end,
  function(x) return x:totable() end,
  function(x) return x:pointer() end,
  function(x) return x.grad end,
  function(x) return x.creator end,
  function(x) return #x end,
  function(x) x:fill(1) end,
  function(x) x[1] = 3 end,
  function(x) x.name = "x" end,
  function(x) x.grad = nil end,
  function(x) x:retain_grad() end,
  function(x) x:unchain_backward() end,
  function(x) x:register_hook(function() end) end,
  function(x) x:keep() end,
  function(x) x:release() end,
  function(x) x:sum():backward() end,
}

describe("stale handles #long", function()
  it(("raise in %d random programs"):format(PROGRAMS), function()
    local raised = 0
    for program = 1, PROGRAMS do
      math.randomseed(program)
      local function choose(list) return list[math.random(#list)] end

      local escaped, stale, living = {}, {}, {}
      local w = dg.Variable { 1, 2, 3, 4 }

      local function work(depth)
        local made = { w }
        for _ = 1, math.random(8) do
          local ok, y = pcall(choose(uses), choose(made))
          if ok and #y.shape == 1 and #y == 4 then made[#made + 1] = y end
          if math.random(10) == 1 then collectgarbage() end
          if math.random(4) == 1 then escaped[#escaped + 1] = choose(made) end
          if depth < 3 and math.random(6) == 1 then
            local kept = dg.scope(work, depth + 1)
            if kept then made[#made + 1] = kept end
          end
        end
        if math.random(3) == 1 then pcall(function() made[#made]:sum():backward() end) end
        if math.random(3) == 1 then return made[#made] end
      end

      for _ = 1, math.random(3) do
        local kept = dg.scope(work, 1)
        if kept then living[#living + 1] = kept end
      end
      for _, x in ipairs(escaped) do
        if not x:is_alive() then stale[#stale + 1] = x end
      end
      if math.random(2) == 1 then
        for _ = 1, 20 do living[#living + 1] = w * 2 end -- takes the same slots again
      end
      for _, x in ipairs(stale) do
        assert.is_false(x:is_alive())
        for _ = 1, 3 do
          local f = math.random(2) == 1 and choose(uses) or choose(looks)
          local ok, message = pcall(f, x)
          assert.is_false(ok)
          assert.truthy(message:find("released", 1, true), message)
          raised = raised + 1
          if math.random(20) == 1 then collectgarbage() end
        end
      end
      for _, x in ipairs(living) do assert.same({ 4 }, x.shape) end
      assert.same({ 1, 2, 3, 4 }, w:totable())
    end
    assert.is_true(raised > PROGRAMS)
  end)
end)
