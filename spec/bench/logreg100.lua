--- Logistic regression on 100 features, one row at a time: SGD, and FTRL-proximal.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

dg.seed(1)
local x, t = dg.randn(1, 100), dg.tensor({ { 1 } }, "int32")

local function train(name, optimizer)
  local model = L.Linear(100, 1)
  optimizer:setup(model)
  local function loss() return F.sigmoid_cross_entropy(model(x), t) end
  measure.time(name, "us", function() optimizer:update(loss) end)
end

train("logreg100", dg.optimizers.SGD(0.01))
train("logreg100_ftrl", dg.optimizers.FTRL { alpha = 0.1, beta = 1, l1 = 1e-3, l2 = 1e-3 })
