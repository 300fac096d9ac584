--- Draws the numbers: score, how well the creature foretells, its loss, and the time of the frames.
local brush = require "brush"

local panel = {}

local WIDTH, FRAME_MS = 320, 1000 / 60

local function frame_of(title, note, y, height)
  brush.colour "dim"
  brush.text(title, 0, y, "small")
  brush.colour "text"
  brush.text(note, 0, y, "small", WIDTH, "right")
  brush.colour "field"
  love.graphics.rectangle("fill", 0, y + 19, WIDTH, height, 6, 6, 8)
end

--- The last two minutes of a curve whose numbers lie between `low` and `high`.
local function curve(values, y, height, low, high)
  local points, first = {}, math.max(1, #values - 240)
  local count = #values - first + 1
  for i = first, #values do
    local level = (math.min(math.max(values[i], low), high) - low) / (high - low)
    points[#points + 1] = 8 + (WIDTH - 16) * (count > 1 and (i - first) / (count - 1) or 0)
    points[#points + 1] = y + 19 + height - 6 - (height - 12) * level
  end
  if #points >= 4 then love.graphics.line(points) end
end

local function draw_score(world)
  brush.colour "text"
  brush.text("Foresight", 0, 0, "title")
  brush.colour "dim"
  brush.text("The creature learns where you will be.", 0, 30, "small")
  for i, item in ipairs {
    { "spark", world.gathered, "sparks" }, { "creature", world.catches, "times caught" },
    { "player", ("%d:%02d"):format(world.time / 60, world.time % 60), "time" },
  } do
    local x = (i - 1) * 112
    brush.colour(item[1])
    brush.text(item[2], x, 56, "large")
    brush.colour "dim"
    brush.text(item[3], x, 92, "small")
  end
end

local function draw_errors(meter, y)
  local now, straight = meter.missed[#meter.missed], meter.straight[#meter.straight]
  frame_of("how far off it is", now and ("%.0f pixels"):format(now) or "it watches", y, 92)
  if not now then return end
  love.graphics.setLineWidth(1.5)
  brush.colour("dim", 0.8)
  curve(meter.straight, y, 92, 0, 160)
  love.graphics.setLineWidth(2.2)
  brush.colour "creature"
  curve(meter.missed, y, 92, 0, 160)
  brush.colour "dim"
  brush.text(("grey: a guess that you go straight on, %.0f"):format(straight), 0, y + 115, "small")
end

local function draw_losses(meter, brain, y)
  local note = brain.loss and ("%.4f"):format(brain.loss) or "waits for examples"
  frame_of("loss, logarithmic", brain.is_learning and note or "learning is off", y, 72)
  love.graphics.setLineWidth(2.2)
  brush.colour("learn", 0.45)
  curve(meter.old_loss, y, 72, math.log(0.003), math.log(2))
  brush.colour "learn"
  curve(meter.new_loss, y, 72, math.log(0.003), math.log(2))
  brush.colour "dim"
  brush.text("bright: what is new to it; dark: what it remembers", 0, y + 95, "small")
end

--- Stacked: the game, learning, drawing. The line is what a frame has at 60 a second.
local function draw_frames(meter, brain, y, budget_us)
  local height, scale = 80, 54 / FRAME_MS
  local note = ("%.1f ms, 99 %% below %.1f"):format(meter.mean, meter.p99)
  frame_of("work in a frame", note, y, height)
  local x, bottom = 8, y + 19 + height - 4
  for i = math.max(1, #meter.frames - 151), #meter.frames do
    local top = bottom
    for part, name in ipairs { "game", "learn", "edge" } do
      local long = math.min(meter.frames[i][part] * scale, top - y - 22)
      brush.colour(name)
      love.graphics.rectangle("fill", x, top - long, 1.6, long)
      top = top - long
    end
    x = x + 2
  end
  brush.colour("spark", 0.7)
  love.graphics.setLineWidth(1)
  love.graphics.line(4, bottom - FRAME_MS * scale, WIDTH - 4, bottom - FRAME_MS * scale)
  brush.text("16.7 ms", 0, y + 24, "small", WIDTH - 10, "right")
  x = 0
  for _, item in ipairs { { "game", "game" }, { "learn", "learning" }, { "edge", "drawing" } } do
    brush.colour(item[1])
    brush.disc(x + 5, y + 114, 4.5)
    brush.colour "dim"
    brush.text(item[2], x + 15, y + 106, "small")
    x = x + 86
  end
  brush.colour "text"
  brush.text(("%d steps of learning, %.0f in a second"):format(brain.steps, meter.steps_per_second),
    0, y + 128, "small")
  brush.colour "dim"
  brush.text(("%.2f ms of each frame are for learning"):format(budget_us / 1000),
    0, y + 146, "small")
end

local KEYS = {
  { "arrows, WASD", "you" }, { "L", "learn or not" }, { "R", "forget all" }, { "T", "thoughts" },
  { "− +", "time to learn" }, { "P", "pause" }, { "Tab", "autopilot" }, { "Esc", "leave" },
}

local function draw_keys(y)
  for i, key in ipairs(KEYS) do
    local x, line = (i - 1) % 2 * 168, y + math.floor((i - 1) / 2) * 18
    local long = i % 2 == 1 and i < 3 and 92 or 34
    brush.colour "text"
    brush.text(key[1], x, line, "small")
    brush.colour "dim"
    brush.text(key[2], x + long, line, "small")
  end
end

function panel.draw(world, brain, meter, budget_us)
  draw_score(world)
  draw_errors(meter, 118)
  draw_losses(meter, brain, 256)
  draw_frames(meter, brain, 374, budget_us)
  draw_keys(562)
end

return panel
