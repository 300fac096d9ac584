--- 4-64-64-1 with tanh: batches of 1 and of 32, SGD; and what it predicts for one row.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

local MLP = dg.Chain:extend("MLP")

function MLP:init()
  self.l1 = L.Linear(4, 64)
  self.l2 = L.Linear(64, 64)
  self.l3 = L.Linear(64, 1)
end

function MLP:forward(x)
  local h = F.tanh(self.l1(x))
  h = F.tanh(self.l2(h))
  return self.l3(h)
end

--- As most people would write it: an optimizer and a loss.
local function by_optimizer(name, batch)
  local model = MLP()
  local optimizer = dg.optimizers.SGD(0.01):setup(model)
  local x, t = dg.randn(batch, 4), dg.randn(batch, 1)
  local function loss() return F.mean_squared_error(model(x), t) end
  measure.time(name, "us", function() optimizer:update(loss) end)
end

--- As someone in a hurry would: no layers, and a scope of one's own.
local function by_hand(name, batch)
  local model = MLP()
  local W1, b1, W2, b2 = model.l1.W, model.l1.b, model.l2.W, model.l2.b
  local W3, b3 = model.l3.W, model.l3.b
  local optimizer = dg.optimizers.SGD(0.01):setup(model)
  local x, t = dg.randn(batch, 4), dg.randn(batch, 1)
  measure.time(name, "us", function()
    local scope = dg.open_scope()
    local h = F.tanh(F.linear(x, W1, b1))
    h = F.tanh(F.linear(h, W2, b2))
    local loss = F.mean_squared_error(F.linear(h, W3, b3), t)
    model:cleargrads()
    loss:backward()
    optimizer:update()
    scope:close()
  end)
end

dg.seed(1)
by_optimizer("mlp_tiny", 1)
by_hand("mlp_tiny_lean", 1)
by_optimizer("mlp_tiny_b32", 32)
by_hand("mlp_tiny_b32_lean", 32)
