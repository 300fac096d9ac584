--- Tensors that look at the host's own data: structs and pictures, by pointer, without a copy.
--
-- A program that has its world in C structs need not convert it. Here planets lie in an array of
-- structs as a game has them; tensors look at their positions and speeds, with gaps between. The
-- forces are the gradient of the energy, and moving the tensors moves the structs. The energy stays
-- the same to 1e-6 in 1000 steps.
--
--   luajit examples/host_data.lua
--
-- Flags: --planets 50 --steps 1000 --seed 1 --smoke
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local ffi = require "ffi"
local dg = require "dgraph"
local F = dg.functions

local flags = require "dgraph.utils.flags"(arg, {
  planets = 50, steps = 1000, seed = 1, smoke = false,
})
if flags.smoke then flags.steps = 100 end
dg.seed(flags.seed)

ffi.cdef [[
typedef struct { double place[2]; double speed[2]; float mass; uint8_t colour[4]; } planet;
]]

-- -- Structs ------------------------------------------------------------------------------------

local count = flags.planets
local planets = ffi.new("planet[?]", count)
for i = 0, count - 1 do
  local angle, distance = 2 * math.pi * i / count, 1 + dg.random.uniform()
  local planet = planets[i]
  planet.place[0], planet.place[1] = distance * math.cos(angle), distance * math.sin(angle)
  planet.mass = 0.5 + dg.random.uniform()
  planet.colour = { i, 2 * i, 3 * i, 255 }
end

--- A field of all planets: one row for each, `width` elements wide. Strides count elements of the
--- field's type; `planets` is kept as long as a tensor looks at it.
local function field(name, dtype, ctype, width)
  local size, first = ffi.sizeof("planet"), ffi.offsetof("planet", name)
  local element = ffi.sizeof(ctype)
  local memory = dg.from_pointer(ffi.cast(ctype .. " *", planets), count * size / element, dtype,
    planets)
  return F.as_strided(memory, { count, width }, { size / element, 1 }, first / element)
end

local place, speed = field("place", "float64", "double", 2), field("speed", "float64", "double", 2)
local mass, colour = field("mass", "float32", "float", 1), field("colour", "uint8", "uint8_t", 4)
print("the first two colours:", colour[{ { 1, 2 } }])
planets[0].colour[0] = 77
print("the same after the host has written:", colour[{ { 1, 2 } }])

-- -- Forces -------------------------------------------------------------------------------------

mass = mass:cast "float64" -- of another type: this one is a copy
local masses = F.matmul(mass, mass:transpose())
local others = F.triu(dg.ones(count, count, "float64"), 1) -- each pair once

--- Of all pairs, by gravity; soft, so that close ones do not fly off.
local function potential(p)
  local difference = F.expand_dims(p, 1) - F.expand_dims(p, 2)
  local distance = F.sqrt(F.sum(F.square(difference), 3) + 0.01)
  return -F.sum(others * masses / distance) / count
end

local function forces()
  local p = dg.Variable(place) -- looks at the structs, and has a gradient
  return -dg.grad(potential(p), p)[1]
end

local function energy() return (potential(place) + F.sum(mass * F.square(speed)) / 2):item() end

--- Half a step of speed, a step of places, half a step of speed. The host's structs move with it.
local function move(seconds)
  speed:copydata(speed + forces() / mass * (seconds / 2))
  place:copydata(place + speed * seconds)
  speed:copydata(speed + forces() / mass * (seconds / 2))
end

local before, start = energy(), { planets[0].place[0], planets[0].place[1] }
for _ = 1, flags.steps do dg.scope(move, 0.002) end
local drift = math.abs(energy() / before - 1)

print(("planet 1 went from (%.3f, %.3f) to (%.3f, %.3f)"):format(start[1], start[2],
  planets[0].place[0], planets[0].place[1]))
print(("the energy changed by %.1e of itself in %d steps"):format(drift, flags.steps))

-- -- A picture ----------------------------------------------------------------------------------

-- The host's frame, red, green, blue and alpha side by side. Its red values are every fourth byte.
local width, height = 64, 48
local frame = ffi.new("uint8_t[?]", width * height * 4, 100)
local picture = dg.from_pointer(frame, { height, width, 4 }, "uint8", frame)
local red = picture[{ {}, {}, 1 }]
red:fill(255)
picture[{ { 1, 10 }, {}, { 1, 3 } }] = 0 -- a black bar on top
print(("pixels: %d %d %d in the bar, %d %d %d below it"):format(frame[0], frame[1], frame[2],
  frame[4 * width * 20], frame[4 * width * 20 + 1], frame[4 * width * 20 + 2]))
