-- The game of examples/love, played by its autopilot on a screen that only the spec sees.
local dg = require "dgraph"
local folder = require "spec.support.folder"
local shell = require "spec.support.shell"

local SECONDS, BUDGET = 24, 500

describe("the game on LÖVE #hosts", function()
  local place, report, picture

  setup(function()
    if not (shell.has "love" and shell.has "xvfb-run") then return end
    place = folder.new()
    shell.must(("env SDL_AUDIODRIVER=dummy timeout 300 xvfb-run -a -s '-screen 0 1280x800x24 "
      .. "-nolisten tcp' love examples/love --auto %d --seed 1 --budget %d --report %s/report "
      .. "--screenshot %s/shot.png"):format(SECONDS, BUDGET, place, place))
    report = {}
    for name, value in folder.read(place .. "/report"):gmatch "(%S+) (%S+)\n" do
      report[name] = tonumber(value)
    end
    picture = dg.datasets.read_image(place .. "/shot.png")
  end)

  teardown(function() if place then folder.remove(place) end end)

  local function test(name, f)
    it(name, function()
      if not report then return pending "love or xvfb-run is not installed" end
      f()
    end)
  end

  test("plays one step of the world for each frame", function()
    assert.is_true(math.abs(report.seconds - SECONDS) < 0.1)
    assert.is_true(math.abs(report.frames - 60 * SECONDS) < 3)
    assert.is_true(report.sparks > 5)
  end)

  -- By the clock on the wall: the world, foretelling, learning. Drawing is not in it, as a program
  -- draws the screen here, not a card; nor is the time for which that makes the next frame wait.
  test("keeps its work below a frame's 16.7 ms, 99 times of 100, while it learns", function()
    assert.is_true(report.work_p99_ms < 1000 / 60, report.work_p99_ms .. " ms")
    assert.is_true(report.work_p50_ms < BUDGET / 1000 + 2, report.work_p50_ms .. " ms")
    assert.is_true(report.steps > 100, report.steps .. " steps")
  end)

  -- Of scenes that were new to it, in the last third of the time: 0.41 of what the network's
  -- loss was before it learnt anything, on average; 0.58 at most, in twenty games.
  test("foretells better than at the start", function()
    assert.is_true(report.new_loss_late < 0.8 * report.untaught_loss_late,
      ("loss %g, untaught %g"):format(report.new_loss_late, report.untaught_loss_late))
  end)

  test("shows a picture with the creature, sparks and curves in it", function()
    assert.same({ 1120, 680 }, { picture.shape[3], picture.shape[2] })
    for name, rgb in pairs {
      creature = { 250, 97, 117 }, spark = { 255, 199, 92 }, loss = { 140, 143, 255 },
    } do
      local near
      for channel = 1, 3 do
        local is_near = (picture[channel]:astype "float32" - rgb[channel]):abs():lt(6)
        near = near and near:logical_and(is_near) or is_near
      end
      assert.is_true(near:astype("float32"):sum():item() > 40, "there is no " .. name)
    end
  end)
end)
