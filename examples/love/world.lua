--- The rules: a player who gathers sparks, and a creature that would like to catch the player. It
--- is slower, so that running after is no use: it has to be where the player will be.
local World = {}
World.__index = World

World.WIDTH, World.HEIGHT = 740, 640
World.STEP = 1 / 60        -- seconds of one step
World.SPARKS = 3
World.SAFE = 1.6           -- seconds after a catch

local PLAYER = { speed = 300, agility = 7, radius = 11 }
local CREATURE = { speed = 262, agility = 5, radius = 20 }
World.CREATURE_SPEED = CREATURE.speed

local random = love and love.math.random or math.random

local function between(low, high) return low + (high - low) * random() end

local function distance(a, b)
  local dx, dy = a.x - b.x, a.y - b.y
  return math.sqrt(dx * dx + dy * dy)
end
World.distance = distance

--- Gives a body a push towards where it wants to go; a wish longer than 1 counts as 1.
local function move(body, kind, wish_x, wish_y)
  local length = math.max(1, math.sqrt(wish_x * wish_x + wish_y * wish_y))
  local grip = 1 - math.exp(-kind.agility * World.STEP)
  body.vx = body.vx + (wish_x / length * kind.speed - body.vx) * grip
  body.vy = body.vy + (wish_y / length * kind.speed - body.vy) * grip
  body.x, body.y = body.x + body.vx * World.STEP, body.y + body.vy * World.STEP
  local r = kind.radius
  if body.x < r or body.x > World.WIDTH - r then body.vx = 0 end
  if body.y < r or body.y > World.HEIGHT - r then body.vy = 0 end
  body.x = math.min(math.max(body.x, r), World.WIDTH - r)
  body.y = math.min(math.max(body.y, r), World.HEIGHT - r)
end

function World:place_spark(spark)
  repeat
    spark.x, spark.y = between(50, World.WIDTH - 50), between(50, World.HEIGHT - 50)
  until distance(spark, self.player) > 160
  spark.age = 0
end

function World.new()
  local self = setmetatable({
    time = 0, sparks = {}, gathered = 0, catches = 0, safe = World.SAFE,
    player = { x = World.WIDTH / 2, y = World.HEIGHT / 2, vx = 0, vy = 0 },
    creature = { x = 90, y = 90, vx = 0, vy = 0 },
  }, World)
  for i = 1, World.SPARKS do
    self.sparks[i] = {}
    self:place_spark(self.sparks[i])
  end
  return self
end

--- The creature shrinks back to the corner that is farthest off.
local function retreat(self)
  local p, c = self.player, self.creature
  c.x = p.x < World.WIDTH / 2 and World.WIDTH - 60 or 60
  c.y = p.y < World.HEIGHT / 2 and World.HEIGHT - 60 or 60
  c.vx, c.vy = 0, 0
end

--- One step of the game. `steer` is where the player wants to go, `aim` the point the creature runs
--- to. Returns "spark" or "catch" with the place where that happened, or nil.
function World:step(steer_x, steer_y, aim_x, aim_y)
  local p, c = self.player, self.creature
  self.time, self.safe = self.time + World.STEP, math.max(0, self.safe - World.STEP)
  move(p, PLAYER, steer_x, steer_y)
  local dx, dy = aim_x - c.x, aim_y - c.y
  local near = math.max(30, math.sqrt(dx * dx + dy * dy)) -- it slows down where it waits
  move(c, CREATURE, dx / near, dy / near)

  for _, spark in ipairs(self.sparks) do
    spark.age = spark.age + World.STEP
    if distance(spark, p) < 24 then
      local x, y = spark.x, spark.y
      self.gathered = self.gathered + 1
      self:place_spark(spark)
      return "spark", x, y
    end
  end
  if self.safe == 0 and distance(p, c) < PLAYER.radius + CREATURE.radius - 4 then
    self.catches, self.safe = self.catches + 1, World.SAFE
    retreat(self)
    return "catch", p.x, p.y
  end
end

--- The sparks, the one nearest to the player first.
function World:nearest_sparks()
  local list = {}
  for i, spark in ipairs(self.sparks) do list[i] = spark end
  table.sort(list, function(a, b) return distance(a, self.player) < distance(b, self.player) end)
  return list
end

return World
