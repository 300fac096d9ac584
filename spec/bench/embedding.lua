--- Steps of a table of vectors of 16 numbers, of which a batch of 256 ids uses a few: with ten
--- thousand rows and with ten million; and the loss of sequences without places.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

local function step(name, optimizer, rows)
  local model = L.EmbedID(rows, 16, { initialW = 0.5 })
  optimizer:setup(model)
  local ids = dg.random.randint(1, rows + 1, { 256 })
  local function loss() return F.square(model(ids)):sum() end
  measure.time(name, "us", function() optimizer:update(loss) end)
end

dg.seed(1)
for name, rows in pairs { embedding_10k = 1e4, embedding_10m = 1e7 } do
  step(name .. "_sgd", dg.optimizers.SGD(), rows)
  step(name .. "_adam", dg.optimizers.Adam(), rows)
  collectgarbage()
  collectgarbage()
end
measure.print("rss_embedding", "MB", measure.peak_rss())

local xs, t = {}, dg.random.randint(1, 30, { 16, 20 })
for i = 1, 100 do xs[i] = dg.Variable(dg.randn(16, 30)) end
measure.time("ctc", "ms", function()
  dg.scope(function() F.connectionist_temporal_classification(xs, t, 30):backward() end)
end)
