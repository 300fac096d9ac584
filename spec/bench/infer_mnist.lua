--- What 784-1000-1000-10 with relu predicts for one row, without a graph.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

dg.seed(1)
local model = dg.Sequential(L.Linear(784, 1000), F.relu, L.Linear(1000, 1000), F.relu,
  L.Linear(1000, 10))
local x = dg.rand(1, 784)

local function predict()
  local scope = dg.open_scope()
  model(x)
  scope:close()
end

dg.no_backprop_mode(function() measure.time("infer_mnist", "us", predict) end)
