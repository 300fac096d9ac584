--- Peak memory of a process that trains 784-1000-1000-10 by Adam.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

local model = dg.Sequential(L.Linear(784, 1000), F.relu, L.Linear(1000, 1000), F.relu,
  L.Linear(1000, 10))
local optimizer = dg.optimizers.Adam():setup(model)
local x, t = dg.rand(100, 784), dg.zeros(100, "int32"):fill(1)
local function loss() return F.softmax_cross_entropy(model(x), t) end

for _ = 1, 10 do optimizer:update(loss) end
measure.print("rss_mnist", "MB", measure.peak_rss())
