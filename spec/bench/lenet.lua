--- LeNet on 28x28 images: two convolutions of 5x5 with poolings, 500 hidden units, batches of 64,
--- SGD with momentum.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

dg.seed(1)
local function pool(x) return F.max_pooling_2d(x, 2) end
local model = L.Classifier(dg.Sequential(L.Convolution2D(1, 20, 5), F.relu, pool,
  L.Convolution2D(20, 50, 5), F.relu, pool, L.Linear(800, 500), F.relu, L.Linear(500, 10)))
model.compute_accuracy = false
local optimizer = dg.optimizers.MomentumSGD(0.01, 0.9):setup(model)

local labels = {}
for i = 1, 64 do labels[i] = i % 10 + 1 end
local x, t = dg.rand(64, 1, 28, 28), dg.tensor(labels, "int32")

measure.time("lenet", "ms", function() optimizer:update(model, x, t) end)
