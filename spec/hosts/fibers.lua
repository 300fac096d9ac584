--- For Tarantool: two fibers learn XOR at once, and each lets others run after every node of its
-- way back. No scope is open while a fiber waits.
local root = os.getenv "DGRAPH_ROOT"
package.path = root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua;" .. package.path
local fiber = require "fiber"
local dg = require "dgraph"
local F, L = dg.functions, dg.links

local inputs = dg.tensor { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }
local targets = dg.tensor { { 0 }, { 1 }, { 1 }, { 0 } }
local turns, last = 0, nil

local function learn(name, done)
  local model = dg.Sequential(L.Linear(2, 8), F.tanh, L.Linear(8, 1))
  local optimizer = dg.optimizers.Adam(0.05):setup(model)
  local function lossfun() return F.mean_squared_error(model(inputs), targets) end
  for _ = 1, 300 do
    local walk = lossfun():start_backward()
    while not walk:run(1) do
      if last ~= name then turns, last = turns + 1, name end
      fiber.sleep(0)
    end
    optimizer:update()
    model:cleargrads()
  end
  done:put(lossfun():item() < 0.01)
end

dg.seed(1)
local done = fiber.channel(2)
for name = 1, 2 do fiber.create(learn, name, done) end
local first, second = done:get(), done:get()
io.write(tostring(first and second and turns > 300), "\n")
os.exit(0)
