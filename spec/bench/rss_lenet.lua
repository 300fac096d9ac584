--- Peak memory of a process that trains LeNet.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

local function pool(x) return F.max_pooling_2d(x, 2) end
local model = dg.Sequential(L.Convolution2D(1, 20, 5), F.relu, pool, L.Convolution2D(20, 50, 5),
  F.relu, pool, L.Linear(800, 500), F.relu, L.Linear(500, 10))
local optimizer = dg.optimizers.MomentumSGD(0.01, 0.9):setup(model)
local x, t = dg.rand(64, 1, 28, 28), dg.zeros(64, "int32"):fill(1)
local function loss() return F.softmax_cross_entropy(model(x), t) end

for _ = 1, 10 do optimizer:update(loss) end
measure.print("rss_lenet", "MB", measure.peak_rss())
