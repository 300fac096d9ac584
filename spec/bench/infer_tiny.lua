--- What 4-64-64-1 with tanh predicts for one row, without a graph.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

dg.seed(1)
local l1, l2, l3 = L.Linear(4, 64), L.Linear(64, 64), L.Linear(64, 1)
local model = dg.Sequential(l1, F.tanh, l2, F.tanh, l3)
local x = dg.randn(1, 4)

local function predict()
  local scope = dg.open_scope()
  model(x)
  scope:close()
end

dg.no_backprop_mode(function() measure.time("infer_tiny", "us", predict) end)
