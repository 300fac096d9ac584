--- Peak memory of a process that trains 4-64-64-1.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

local model = dg.Sequential(L.Linear(4, 64), F.tanh, L.Linear(64, 64), F.tanh, L.Linear(64, 1))
local optimizer = dg.optimizers.SGD(0.01):setup(model)
local x, t = dg.randn(1, 4), dg.randn(1, 1)
local function loss() return F.mean_squared_error(model(x), t) end

for _ = 1, 10000 do optimizer:update(loss) end
measure.print("rss_tiny", "MB", measure.peak_rss())
