--- What every host has to do: the derivative of x^2 + x at 5, and XOR learnt by a network of two
-- layers, once in one go and once in slices of time. Returns a line that tells how it went.
local root = os.getenv "DGRAPH_ROOT"
package.path = root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua;" .. package.path
local dg = require "dgraph"
local F, L = dg.functions, dg.links

local x = dg.Variable(dg.tensor { 5 })
local y = x ^ 2 + x
y:backward()

local MLP = dg.Chain:extend "MLP"

function MLP:init(units)
  self.l1 = L.Linear(nil, units)
  self.l2 = L.Linear(units, 1)
end

function MLP:forward(h) return self.l2(F.tanh(self.l1(h))) end

local inputs = dg.tensor { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }
local targets = dg.tensor { { 0 }, { 1 }, { 1 }, { 0 } }

--- Trains a model for 300 steps by `step(model, optimizer, lossfun)` and tells what it says then.
local function train(step)
  dg.seed(1)
  local model = MLP(8)
  local optimizer = dg.optimizers.Adam(0.05):setup(model)
  local function lossfun() return F.mean_squared_error(model(inputs), targets) end
  for _ = 1, 300 do step(model, optimizer, lossfun) end
  assert(lossfun():item() < 0.01)
  return table.concat(F.flatten(model(inputs)):gt(0.5):astype("int32"):totable())
end

local at_once = train(function(_, optimizer, lossfun) optimizer:update(lossfun) end)
local sliced = train(function(model, optimizer, lossfun)
  local scope = dg.open_scope()
  local walk = lossfun():start_backward()
  while not walk:run(1) do end -- here a host would draw, or serve
  optimizer:update()
  model:cleargrads()
  scope:close()
end)

local engine = jit.status() and "compiled" or "interpreted"
return ("%s: %g %g, %s %s\n"):format(engine, y:item(), x.grad:item(), at_once, sliced)
