--- Draws the world, and what the creature thinks of it.
local World = require "world"
local brush = require "brush"

local arena = { shows_thoughts = true }

local bursts, trail, tail = {}, {}, {}
local shake = 0

local LINKS = 9 -- of the creature's tail

--- Something happened at a place: a ring runs away from it.
function arena.burst(kind, x, y)
  bursts[#bursts + 1] = { kind = kind, x = x, y = y, age = 0 }
  if kind == "catch" then
    shake, tail = 1, {}
  end
end

--- Moves what only the eye sees.
function arena.update(world, dt)
  shake = math.max(0, shake - 3 * dt)
  for i = #bursts, 1, -1 do
    bursts[i].age = bursts[i].age + 1.6 * dt
    if bursts[i].age > 1 then table.remove(bursts, i) end
  end
  table.insert(trail, 1, { x = world.player.x, y = world.player.y })
  trail[26] = nil
  local ahead, c = world.creature, world.creature
  for i = 1, LINKS do -- each link is drawn behind the one before it
    local link = tail[i] or { x = c.x, y = c.y }
    local gap, long = World.distance(link, ahead), 11 - 0.5 * i
    if gap > long then
      link.x = ahead.x + (link.x - ahead.x) / gap * long
      link.y = ahead.y + (link.y - ahead.y) / gap * long
    end
    tail[i], ahead = link, link
  end
end

local function draw_field()
  brush.colour "field"
  love.graphics.rectangle("fill", 0, 0, World.WIDTH, World.HEIGHT, 14, 14, 12)
  brush.colour("dim", 0.13)
  for y = 40, World.HEIGHT - 20, 40 do
    for x = 50, World.WIDTH - 20, 40 do brush.disc(x, y, 1.4) end
  end
  brush.colour "edge"
  love.graphics.setLineWidth(1.5)
  love.graphics.rectangle("line", 0, 0, World.WIDTH, World.HEIGHT, 14, 14, 12)
end

local function draw_sparks(world)
  for i, spark in ipairs(world.sparks) do
    local size = math.min(1, spark.age * 4) * (1 + 0.12 * math.sin(world.time * 5 + 2 * i))
    brush.colour("spark", 0.45)
    brush.glow(spark.x, spark.y, 44 * size)
    brush.colour "spark"
    brush.disc(spark.x, spark.y, 8 * size)
    love.graphics.setColor(1, 0.95, 0.82)
    brush.disc(spark.x - 1.5, spark.y - 2, 3.4 * size)
  end
end

--- The path that it foretells, and the point of it to which it runs.
local function draw_thoughts(brain, aim_x, aim_y)
  local count = #brain.path
  for i, point in ipairs(brain.path) do
    brush.colour("creature", 0.95 - 0.09 * i)
    brush.disc(point.x, point.y, 5.5 - 3 * i / count)
  end
  brush.colour("creature", 0.9)
  love.graphics.setLineWidth(1.6)
  love.graphics.circle("line", aim_x, aim_y, 13, 32)
  for i = 0, 3 do
    local x, y = math.cos(i * math.pi / 2), math.sin(i * math.pi / 2)
    love.graphics.line(aim_x + 9 * x, aim_y + 9 * y, aim_x + 17 * x, aim_y + 17 * y)
  end
end

local function draw_player(world)
  local p = world.player
  for i = #trail, 1, -1 do
    brush.colour("player", 0.26 * (1 - i / #trail))
    brush.disc(trail[i].x, trail[i].y, 10 * (1 - 0.7 * i / #trail))
  end
  local blink = world.safe > 0 and 0.45 + 0.35 * math.sin(world.time * 22) or 1
  brush.colour("player", 0.5 * blink)
  brush.glow(p.x, p.y, 52)
  brush.colour("player", blink)
  brush.disc(p.x, p.y, 11)
  love.graphics.setColor(1, 1, 1, blink)
  brush.disc(p.x, p.y, 5.5)
end

local function draw_creature(world, aim_x, aim_y)
  local c = world.creature
  brush.colour("creature", 0.34)
  brush.glow(c.x, c.y, 74)
  for i = #tail, 1, -1 do
    local shade = 0.92 - 0.06 * i
    love.graphics.setColor(0.98 * shade, 0.38 * shade, 0.46 * shade)
    brush.disc(tail[i].x, tail[i].y, 18 - 1.6 * i)
  end
  brush.colour "creature"
  brush.disc(c.x, c.y, 20)
  local look = math.atan2(aim_y - c.y, aim_x - c.x)
  for side = -1, 1, 2 do -- its eyes are on where it runs
    local x, y = c.x + 11 * math.cos(look + 0.65 * side), c.y + 11 * math.sin(look + 0.65 * side)
    love.graphics.setColor(1, 1, 1)
    brush.disc(x, y, 6)
    love.graphics.setColor(0.10, 0.06, 0.12)
    brush.disc(x + 2.4 * math.cos(look), y + 2.4 * math.sin(look), 3.1)
  end
end

local function draw_bursts()
  for _, burst in ipairs(bursts) do
    local name = burst.kind == "catch" and "creature" or "spark"
    local reach = burst.kind == "catch" and 150 or 56
    brush.colour(name, 0.6 * (1 - burst.age))
    brush.glow(burst.x, burst.y, reach * (0.4 + burst.age))
    brush.colour(name, 1 - burst.age)
    love.graphics.setLineWidth(3 * (1 - burst.age) + 0.5)
    love.graphics.circle("line", burst.x, burst.y, reach * math.sqrt(burst.age), 48)
  end
end

function arena.draw(world, brain, aim_x, aim_y)
  love.graphics.push()
  local t = world.time
  love.graphics.translate(6 * shake * math.sin(t * 90), 5 * shake * math.cos(t * 77))
  draw_field()
  draw_sparks(world)
  draw_player(world)
  if arena.shows_thoughts then draw_thoughts(brain, aim_x, aim_y) end
  draw_creature(world, aim_x, aim_y)
  draw_bursts()
  love.graphics.pop()
end

return arena
