--- 784-1000-1000-10 with relu: batches of 100, Adam.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

dg.seed(1)
local model = L.Classifier(dg.Sequential(L.Linear(784, 1000), F.relu, L.Linear(1000, 1000), F.relu,
  L.Linear(1000, 10)))
model.compute_accuracy = false
local optimizer = dg.optimizers.Adam():setup(model)

local labels = {}
for i = 1, 100 do labels[i] = i % 10 + 1 end
local x, t = dg.rand(100, 784), dg.tensor(labels, "int32")

measure.time("mlp_mnist", "ms", function() optimizer:update(model, x, t) end)

local function forward_and_backward()
  local loss = model(x, t)
  model:cleargrads()
  loss:backward()
end

measure.time("mlp_mnist_fwdbwd", "ms", function() dg.scope(forward_and_backward) end)
