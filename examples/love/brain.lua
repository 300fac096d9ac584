--- What the creature knows: a network that foretells where the player will be during the next
--- second, learnt while the game runs, from what the player has just done.
local dg = require "dgraph"
local clock = require "dgraph.utils.clock"
local World = require "world"
local F, L = dg.functions, dg.links

local Brain = {}
Brain.__index = Brain

local EVERY = 2            -- steps of the world between two looks at it: 30 looks a second
local PAST = 5             -- velocities that it remembers, 4 looks apart
local AHEAD, APART = 7, 4  -- moments that it foretells, and the looks between them: 0.93 s in all
local MEMORY, BATCH = 1536, 64
local UNIT = 150           -- what is 1 to the network, in pixels
local BLUR = 0.2           -- noise on memories, so that it does not learn the few it has by heart

local SECONDS = APART * EVERY * World.STEP
local INPUTS = 8 + 2 * PAST + 3 * World.SPARKS

local Foreteller = dg.Chain:extend "Foreteller"

function Foreteller:init(units)
  self.l1 = L.Linear(INPUTS, units)
  self.l2 = L.Linear(units, units)
  -- At first it foretells that the player stays.
  self.l3 = L.Linear(units, 2 * AHEAD, { initialW = dg.initializers.Zero() })
end

function Foreteller:forward(x)
  return self.l3(F.tanh(self.l2(F.tanh(self.l1(x)))))
end

function Brain.new()
  local self = setmetatable({
    model = Foreteller(64), is_learning = true,
    -- What it saw, by the number of the look, and where it thinks the player goes.
    ticks = 0, looks = 0, trail = {}, path = {},
    -- Its memory: scenes, and what came of them; and how wrong it was the last times.
    seen = dg.zeros(MEMORY, INPUTS), came = dg.zeros(MEMORY, 2 * AHEAD), examples = 0, errors = {},
    steps = 0, loss = nil,
  }, Brain)
  self.optimizer = dg.optimizers.AdamW { alpha = 0.002, weight_decay_rate = 0.01 }
  self.optimizer:setup(self.model)
  return self
end

-- -- Looking -----------------------------------------------------------------------------------

--- What the network is told of the world.
local function features(self, world)
  local p, c = world.player, world.creature
  local list = {
    p.x / World.WIDTH * 2 - 1, p.y / World.HEIGHT * 2 - 1, p.vx / 300, p.vy / 300,
    (c.x - p.x) / UNIT, (c.y - p.y) / UNIT, c.vx / 300, c.vy / 300,
  }
  for i = 1, PAST do
    local past = self.trail[self.looks - 4 * i] or p
    list[#list + 1] = past.vx / 300
    list[#list + 1] = past.vy / 300
  end
  for _, spark in ipairs(world:nearest_sparks()) do
    local dx, dy = spark.x - p.x, spark.y - p.y
    local far = math.sqrt(dx * dx + dy * dy) + 1
    list[#list + 1] = dx / far
    list[#list + 1] = dy / far
    list[#list + 1] = math.exp(-far / 200)
  end
  return list
end

--- Now it is known what came of an old look: an example to learn from.
local function remember(self)
  local then_ = self.trail[self.looks - AHEAD * APART]
  if not then_ then return end
  local came, straight, missed, loss, untaught = {}, 0, 0, 0, 0
  for i = 1, AHEAD do
    local now = self.trail[self.looks - (AHEAD - i) * APART]
    came[2 * i - 1], came[2 * i] = (now.x - then_.x) / UNIT, (now.y - then_.y) / UNIT
    local told, t = then_.told[i], i * SECONDS
    local off = World.distance(told, now)
    missed, loss = missed + off / AHEAD, loss + (off / UNIT) ^ 2 / (2 * AHEAD)
    untaught = untaught + (World.distance(then_, now) / UNIT) ^ 2 / (2 * AHEAD)
    straight = straight
      + World.distance({ x = then_.x + then_.vx * t, y = then_.y + then_.vy * t }, now) / AHEAD
  end
  local row = self.examples % MEMORY + 1
  self.seen[row], self.came[row] = then_.features, came
  self.examples = self.examples + 1
  self.trail[self.looks - AHEAD * APART - 4 * PAST] = nil
  -- How far off it was, on average over the path, and how far off "straight on" would have been;
  -- the last 150 times, which is 5 seconds.
  self.errors[self.examples % 150 + 1] =
    { missed = missed, straight = straight, loss = loss, untaught = untaught }
end

--- How well it did of late on what it had not seen before.
---@return number missed  pixels by which it was wrong
---@return number straight  pixels by which going straight on would have been wrong
---@return number loss  what the network's loss was
---@return number untaught  what it would have been if the network had learnt nothing
function Brain:how_far_off()
  local missed, straight, loss, untaught = 0, 0, 0, 0
  local count = math.min(self.examples, 150)
  for _, each in pairs(self.errors) do
    missed, straight = missed + each.missed / count, straight + each.straight / count
    loss, untaught = loss + each.loss / count, untaught + each.untaught / count
  end
  return missed, straight, loss, untaught
end

local function foretell(self, list)
  return self.model(dg.tensor { list }):totable()[1]
end

--- Looks at the world after each of its steps, and foretells the player's path.
function Brain:look(world)
  self.ticks = self.ticks + 1
  if self.ticks % EVERY ~= 0 then return end
  self.looks = self.looks + 1
  local p, list = world.player, features(self, world)
  local told = dg.no_backprop_mode(dg.scope, foretell, self, list)
  local path = {}
  for i = 1, AHEAD do
    path[i] = { x = p.x + told[2 * i - 1] * UNIT, y = p.y + told[2 * i] * UNIT }
  end
  self.path = path
  self.trail[self.looks] = { x = p.x, y = p.y, vx = p.vx, vy = p.vy, features = list, told = path }
  remember(self)
end

--- Where to run: the first point of the path that the creature reaches before the player.
function Brain:aim(world)
  local best = world.player
  for i, point in ipairs(self.path) do
    best = point
    local reach = i * SECONDS * World.CREATURE_SPEED
    if World.distance(world.creature, point) <= reach then break end
  end
  return best.x, best.y
end

-- -- Learning ----------------------------------------------------------------------------------

local function begin(self)
  -- The scope of this step stays open until its last frame: what happens in between is inside it.
  self.scope = dg.open_scope()
  local rows = dg.random.randint(1, math.min(self.examples, MEMORY) + 1, { BATCH })
  local blurred = self.seen[rows] + BLUR * dg.randn(BATCH, INPUTS)
  local loss = F.mean_squared_error(self.model(blurred), self.came[rows])
  self.latest = loss:item()
  self.model:cleargrads()
  self.walk = loss:start_backward()
end

local function finish(self)
  self.optimizer:update()
  self.walk = self.scope:close()
  self.steps = self.steps + 1
  self.loss = self.loss and self.loss + 0.03 * (self.latest - self.loss) or self.latest
end

--- Learns for so many microseconds. A step that is not done by then goes on in the next frame.
function Brain:learn(budget_us)
  if not self.is_learning or self.examples < BATCH then return end
  local deadline = clock() + budget_us * 1e-6
  repeat
    if not self.walk then begin(self) end
    if self.walk:run(math.max(0, deadline - clock()) * 1e6) then finish(self) end
  until clock() >= deadline
end

--- Drops a step that is half done, before the brain is thrown away.
function Brain:stop()
  if not self.walk then return end
  self.walk:close()
  self.walk = self.scope:close()
end

return Brain
