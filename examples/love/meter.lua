--- How long the frames took, and how the creature did over time.
local meter = {
  mean = 0, p99 = 0, steps_per_second = 0,
  frames = {}, -- { game, learn, draw } in ms, the last ones
  -- One each for every half second of the game; the losses are logarithms.
  missed = {}, straight = {}, new_loss = {}, old_loss = {}, untaught_loss = {},
  catches = {}, -- when they were
}

local SHOWN, KEPT = 152, 20000
local worked, drawn, frames, since, steps_then = {}, {}, 0, 0, 0

--- The value that a share of all does not exceed.
local function percentile(values, share)
  local sorted = {}
  for i, value in ipairs(values) do sorted[i] = value end
  table.sort(sorted)
  return sorted[math.max(1, math.ceil(share * #sorted))] or 0
end

--- Notes a frame: milliseconds of the game, of learning, and of drawing.
function meter.note(game, learn, draw, now, steps)
  table.insert(meter.frames, { game, learn, draw })
  if #meter.frames > SHOWN then table.remove(meter.frames, 1) end
  worked[frames % KEPT + 1], drawn[frames % KEPT + 1] = game + learn, draw
  frames = frames + 1
  if now - since < 0.5 then return end
  local recent, sum = {}, 0
  for i, frame in ipairs(meter.frames) do
    recent[i] = frame[1] + frame[2] + frame[3]
    sum = sum + recent[i]
  end
  meter.mean, meter.p99 = sum / #recent, percentile(recent, 0.99)
  meter.steps_per_second = math.max(0, steps - steps_then) / (now - since)
  since, steps_then = now, steps
end

--- Looks at the creature after each step of the world.
function meter.watch(world, brain)
  if #meter.catches < world.catches then table.insert(meter.catches, world.time) end
  if world.time * 2 < #meter.missed + 1 or brain.examples == 0 then return end
  local missed, straight, loss, untaught = brain:how_far_off()
  table.insert(meter.missed, missed)
  table.insert(meter.straight, straight)
  table.insert(meter.new_loss, math.log(loss))
  table.insert(meter.untaught_loss, math.log(untaught))
  table.insert(meter.old_loss, math.log(brain.loss or 1))
end

--- Everything in lines "name value", for who wants to read it later.
function meter.report(world, brain)
  local third, early, late = world.time / 3, 0, 0
  for _, time in ipairs(meter.catches) do
    if time <= third then early = early + 1 end
    if time > 2 * third then late = late + 1 end
  end
  local function late_mean(list)
    local first, sum = math.floor(#list * 2 / 3) + 1, 0
    for i = first, #list do sum = sum + list[i] end
    return sum / (#list - first + 1)
  end
  return table.concat({
    ("frames %d"):format(frames), ("seconds %.1f"):format(world.time),
    ("work_p50_ms %.3f"):format(percentile(worked, 0.5)),
    ("work_p99_ms %.3f"):format(percentile(worked, 0.99)),
    ("draw_p50_ms %.3f"):format(percentile(drawn, 0.5)),
    ("draw_p99_ms %.3f"):format(percentile(drawn, 0.99)),
    ("steps %d"):format(brain.steps), ("examples %d"):format(brain.examples),
    ("loss %.5f"):format(brain.loss or 0 / 0),
    -- Of the last third of the time.
    ("new_loss_late %.4f"):format(math.exp(late_mean(meter.new_loss))),
    ("untaught_loss_late %.4f"):format(math.exp(late_mean(meter.untaught_loss))),
    ("missed_late %.1f"):format(late_mean(meter.missed)),
    ("straight_late %.1f"):format(late_mean(meter.straight)),
    ("sparks %d"):format(world.gathered), ("catches %d"):format(world.catches),
    ("catches_early %d"):format(early), ("catches_late %d"):format(late), "",
  }, "\n")
end

return meter
