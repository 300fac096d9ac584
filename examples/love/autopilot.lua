--- A player for those who would rather watch: it makes for the nearest spark in a bow, as people
--- do, and shies away from the creature.
local World = require "world"

local autopilot = {}

local chosen

--- Where the player wants to go, -1 to 1 in both directions.
function autopilot.steer(world)
  local p, c = world.player, world.creature
  local is_gone = not chosen or chosen.age < 2 * World.STEP -- a spark that is taken begins again
  if is_gone then chosen = world:nearest_sparks()[1] end
  local dx, dy = chosen.x - p.x, chosen.y - p.y
  local far = math.max(1, math.sqrt(dx * dx + dy * dy))
  local bow = math.min(far / 400, 0.6)
  local x, y = dx / far - bow * dy / far, dy / far + bow * dx / far
  local gap = World.distance(p, c)
  if gap < 110 and world.safe == 0 then
    local fear = 1.4 * (1 - gap / 110)
    x, y = x + fear * (p.x - c.x) / gap, y + fear * (p.y - c.y) / gap
  end
  return x, y
end

return autopilot
