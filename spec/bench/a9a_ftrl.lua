--- Online learning: logistic regression on the census data a9a, each row once, FTRL. DGRAPH_DATA
--- names the folder of the data; rows of the same size are drawn where there is none.
--
-- Rows a second: `a9a_ftrl` of rows that are tensors already, `a9a_parse` from the text of a file.
-- VW makes 1.1 to 1.5 million of them with `--ftrl`, parsing in a second thread.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F = dg.functions

local FEATURES, PASSES = 123, 3
local folder = os.getenv "DGRAPH_DATA" or "../shared/data/a9a"

--- Rows of 14 features drawn at random.
local function drawn(rows)
  local lines = {}
  for i = 1, rows do
    local words, feature = { i % 4 == 0 and "+1" or "-1" }, 0
    for j = 1, 14 do
      feature = feature + math.random(1, 8)
      words[j + 1] = feature .. ":1"
    end
    lines[i] = table.concat(words, " ")
  end
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(table.concat(lines, "\n"), "\n")
  file:close()
  return path, true
end

--- The file of the rows, and whether it is a passing one.
local function find()
  local path = folder .. "/a9a.gz"
  local file = io.open(path)
  if not file then return drawn(32561) end
  file:close()
  return path
end

local function read(path)
  return assert(dg.datasets.read_libsvm(path, { n_features = FEATURES, label_dtype = "int32" }))
end

local function new_model()
  local model = dg.Link()
  model.W, model.b = dg.Parameter(dg.zeros(FEATURES, 1)), dg.Parameter(dg.zeros(1))
  return model, dg.optimizers.FTRL { alpha = 0.1, beta = 1, l1 = 0.1 }:setup(model)
end

--- Each row as two tensors: its features, a bag of them, and its label, 0 or 1.
local function rows_of(data)
  local ids, labels = {}, {}
  local zero_or_one = data.labels:gt(0):cast "int32"
  for i = 1, #data do
    local indices = data:batch { i }
    ids[i] = indices:reshape(1, -1)
    labels[i] = zero_or_one[{ { i, i } }]:reshape(1, 1)
  end
  return ids, labels
end

local function pass(ids, labels)
  local model, optimizer = new_model()
  local W, b = model.W, model.b
  local function loss(x, t)
    return F.sigmoid_cross_entropy(F.embedding_bag(x, W, nil, "sum", true, nil, false, nil, b), t)
  end
  for i = 1, #ids do optimizer:update(loss, ids[i], labels[i]) end
  return model
end

--- The best of some passes, in thousand rows a second.
local function rate(name, rows, f)
  local best = math.huge
  for _ = 1, PASSES do
    local start = measure.clock()
    f()
    best = math.min(best, measure.clock() - start)
  end
  measure.print(name, "us", best / rows * 1e6)
end

local path, passing = find()
local data = read(path)
local ids, labels = rows_of(data)
rate("a9a_ftrl", #data, function() pass(ids, labels) end)
rate("a9a_parse", #data, function() read(path) end)
if passing then os.remove(path) end
