--- What each of the two Lua states does: trains a model of its own, and uses what both share.
local seed, compiles = ...
if not compiles then jit.off() end
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path
local dg = require "dgraph"
local F, L = dg.functions, dg.links

dg.seed(seed)
local model = dg.Sequential(L.Linear(2, 8), F.tanh, L.Linear(8, 1))
local optimizer = dg.optimizers.Adam(0.05):setup(model)
local inputs = dg.tensor { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }
local targets = dg.tensor { { 0 }, { 1 }, { 1 }, { 0 } }
local function lossfun() return F.mean_squared_error(model(inputs), targets) end
for _ = 1, 300 do optimizer:update(lossfun) end

-- Large enough for OpenBLAS, which is opened by who comes first, and for threads to help.
dg.set_num_threads(2)
for _ = 1, 3 do
  dg.scope(function()
    local x = dg.Variable(dg.random.uniform(-1, 1, { 300, 300 }))
    F.sum(F.exp(F.matmul(x, x))):backward()
    local image = dg.Variable(dg.random.normal(0, 1, { 4, 8, 20, 20 }))
    local kernels = dg.Variable(dg.random.normal(0, 1, { 8, 8, 3, 3 }))
    F.sum(F.convolution_2d(image, kernels, nil, 1, 1)):backward()
  end)
  collectgarbage()
end
dg.trim()

-- An operator written in Lua, hooks, and a walk in slices of time.
local Cube = dg.Function:extend "cube"
function Cube:forward(x)
  self.x = x
  return x * x * x
end
function Cube:backward(gy) return 3 * gy * self.x ^ 2 end

for _ = 1, 50 do
  local x = dg.Variable { 2 }
  local y = Cube(x) * 2
  y:register_hook(function(g) return g * 10 end)
  local walk = y:start_backward()
  while not walk:run(1) do end
  assert(x.grad:item() == 240)
end

-- Outside of scopes, where the garbage collector frees.
local kept = {}
for i = 1, 2000 do
  local x = dg.Variable { i }
  local y = x ^ 2 + x
  y:backward()
  kept[i % 50 + 1] = x.grad
end

assert(#kept == 50)

return lossfun():item()
