--- Logistic regression on 100 features, one row at a time, SGD.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

dg.seed(1)
local model = L.Linear(100, 1)
local optimizer = dg.optimizers.SGD(0.01):setup(model)
local x, t = dg.randn(1, 100), dg.tensor({ { 1 } }, "int32")

local function loss() return F.sigmoid_cross_entropy(model(x), t) end

measure.time("logreg100", "us", function() optimizer:update(loss) end)
