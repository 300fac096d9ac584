--- Foresight: gather sparks while a creature learns where you will be. Run it with `love
-- examples/love` after `make`. Flags, for demonstrations and tests:
--
--   --auto SECONDS      the autopilot plays, one step of the world for each frame; then it ends
--   --screenshot FILE   a picture (PNG) of the last frame
--   --report FILE       what was measured, in lines "name value"
--   --budget 500        microseconds of each frame in which the creature learns
--   --seed 0            another one, another game; 0: never the same
local here = love.filesystem.getSource()
package.path = here .. "/../../lua/?.lua;" .. here .. "/../../lua/?/init.lua;" .. package.path

local dg = require "dgraph"
local clock = require "dgraph.utils.clock"
local Brain, World = require "brain", require "world"
local arena, autopilot, brush = require "arena", require "autopilot", require "brush"
local meter, panel = require "meter", require "panel"

local flags, world, brain, budget_us
local is_auto, is_paused, lag, aim_x, aim_y = false, false, 0, 0, 0
local drawing_ms = 0

function love.load(arguments)
  flags = require "dgraph.utils.flags"(arguments, {
    auto = 0, screenshot = "", report = "", budget = 500, seed = 0,
  })
  local seed = flags.seed > 0 and flags.seed or os.time()
  love.math.setRandomSeed(seed)
  dg.seed(seed)
  brush.load()
  world, brain, budget_us = World.new(), Brain.new(), flags.budget
  is_auto = flags.auto > 0
  if is_auto then love.window.setVSync(0) end -- luacheck: ignore 143
end

local function steer()
  if is_auto then return autopilot.steer(world) end
  local function held(...) return love.keyboard.isDown(...) and 1 or 0 end
  return held("right", "d") - held("left", "a"), held("down", "s") - held("up", "w")
end

local function step_world()
  brain:look(world)
  aim_x, aim_y = brain:aim(world)
  local x, y = steer()
  local event, at_x, at_y = world:step(x, y, aim_x, aim_y)
  if event then arena.burst(event, at_x, at_y) end
  arena.update(world, World.STEP)
  meter.watch(world, brain)
end

--- The last frame of a demonstration: leaves what the flags ask for.
local function leave()
  local function write(path, text)
    local file = assert(io.open(path, "wb"))
    assert(file:write(text) and file:close())
  end
  if flags.report ~= "" then write(flags.report, meter.report(world, brain)) end
  if flags.screenshot == "" then return love.event.quit() end
  love.graphics.captureScreenshot(function(picture)
    write(flags.screenshot, picture:encode("png"):getString())
    love.event.quit()
  end)
end

function love.update(dt)
  if is_paused then return end
  local start = clock()
  if flags.auto > 0 then
    step_world()
  else
    lag = math.min(lag + dt, 0.1)
    while lag >= World.STEP do
      step_world()
      lag = lag - World.STEP
    end
  end
  local played = clock()
  brain:learn(budget_us)
  local learnt = clock()
  meter.note((played - start) * 1000, (learnt - played) * 1000, drawing_ms, learnt, brain.steps)
end

function love.draw()
  local start = clock()
  love.graphics.clear(brush.COLOURS.night)
  local width, height = love.graphics.getDimensions()
  local scale = math.min(width / 1120, height / 680)
  love.graphics.translate((width - 1120 * scale) / 2, (height - 680 * scale) / 2)
  love.graphics.scale(scale)
  love.graphics.translate(20, 20)
  arena.draw(world, brain, aim_x, aim_y)
  love.graphics.translate(World.WIDTH + 20, 0)
  panel.draw(world, brain, meter, budget_us)
  if is_paused then brush.text("paused", -World.WIDTH, 300, "large", World.WIDTH, "center") end
  drawing_ms = (clock() - start) * 1000
  if flags.auto > 0 and world.time >= flags.auto and not is_paused then
    is_paused = true
    leave()
  end
end

local actions = {
  escape = love.event.quit,
  l = function() brain.is_learning = not brain.is_learning end,
  r = function()
    brain:stop()
    brain = Brain.new()
  end,
  t = function() arena.shows_thoughts = not arena.shows_thoughts end,
  p = function() is_paused = not is_paused end,
  tab = function() is_auto = not is_auto end,
  f11 = function() love.window.setFullscreen(not love.window.getFullscreen()) end,
  ["-"] = function() budget_us = math.max(125, budget_us / 2) end,
  ["+"] = function() budget_us = math.min(8000, budget_us * 2) end,
}
actions["="], actions["kp+"], actions["kp-"] = actions["+"], actions["+"], actions["-"]

function love.keypressed(key)
  if actions[key] then actions[key]() end
end

function love.focus(has_focus)
  if not has_focus and flags.auto == 0 then is_paused = true end
end
