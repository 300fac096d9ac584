--- What dgraph reaches on a card: medians by the card's own clock. Run beside it, in the same call:
--- python3 spec/bench/cuda/torch_peer.py
--
--   luajit spec/bench/cuda/bench.lua [--quick]
local dg = require "dgraph"
local flags = require "dgraph.utils.flags"(arg or {}, { quick = false })
local F, L = dg.functions, dg.links

local BLOCKS, SECONDS = flags.quick and 5 or 9, flags.quick and 0.05 or 0.2
dg.config.device = "cuda"

--- Seconds for one call: the median of some blocks, after a warm-up.
local function seconds(f)
  for _ = 1, 5 do f() end
  local start = dg.cuda.time()
  f()
  local n = math.max(1, math.floor(SECONDS / math.max(dg.cuda.time() - start, 1e-6)))
  local times = {}
  for i = 1, BLOCKS do
    local from = dg.cuda.time()
    for _ = 1, n do f() end
    times[i] = (dg.cuda.time() - from) / n
  end
  table.sort(times)
  return times[(BLOCKS + 1) / 2]
end

local function report(workload, metric, value)
  print(("%s,%s,%.5g"):format(workload, metric, value))
  io.stdout:flush()
end

--- A workload that cannot run yet says why and does not end the others.
local function try(workload, f)
  local ok, message = pcall(f)
  if not ok then print(("%s,failed,%s"):format(workload, message:gsub("\n.*", ""))) end
  collectgarbage()
  collectgarbage()
  dg.cuda.trim()
end

local function bandwidth(workload, bytes, f)
  try(workload, function()
    report(workload, "GB/s", bytes / seconds(function() dg.scope(f) end) / 1e9)
  end)
end

print("# " .. dg.cuda.device_name())

local n = 2 ^ 26
local x, y = dg.randn(n), dg.randn(n)
bandwidth("copy", 8 * n, function() return F.copy(x) and nil end)
bandwidth("add", 12 * n, function() return x + y and nil end)
bandwidth("relu", 8 * n, function() return F.relu(x) and nil end)
bandwidth("exp", 8 * n, function() return F.exp(x) and nil end)
bandwidth("tanh", 8 * n, function() return F.tanh(x) and nil end)
bandwidth("sigmoid", 8 * n, function() return F.sigmoid(x) and nil end)
bandwidth("sum", 4 * n, function() return F.sum(x) and nil end)
local matrix = x:reshape(8192, 8192)
bandwidth("sum_rows", 4 * n, function() return F.sum(matrix, 2) and nil end)
bandwidth("sum_columns", 4 * n, function() return F.sum(matrix, 1) and nil end)
bandwidth("softmax_rows", 8 * n, function() return F.softmax(matrix, 2) and nil end)
bandwidth("transpose_copy", 8 * n, function() return F.copy(F.transpose(matrix)) and nil end)
bandwidth("add_row", 8 * n, function() return matrix + matrix[1] and nil end)
matrix = nil

for _, size in ipairs { 1024, 4096, 8192 } do
  local a, b = dg.randn(size, size), dg.randn(size, size)
  try("sgemm_" .. size, function()
    local time = seconds(function() dg.scope(function() return F.matmul(a, b) and nil end) end)
    report("sgemm_" .. size, "TFLOP/s", 2 * size ^ 3 / time / 1e12)
  end)
end

local one = dg.tensor({ 1 }, { requires_grad = true })
local w = dg.tensor({ 1 }, { requires_grad = true })
local b = dg.tensor({ 1e-3 }, { requires_grad = true })
local function chain()
  local z = one
  for _ = 1, 500 do z = z * w + b end
  z:backward()
  one:cleargrad()
  w:cleargrad()
  b:cleargrad()
end
try("chain1000", function()
  report("chain1000", "ns", seconds(function() dg.scope(chain) end) * 1e9 / 1000)
end)

local function labels(count, classes)
  local list = {}
  for i = 1, count do list[i] = i % classes + 1 end
  return dg.tensor(list, "int32")
end

local function train(workload, net, optimizer, inputs, targets)
  try(workload, function()
    local model = L.Classifier(net)
    model.compute_accuracy = false
    optimizer:setup(model)
    report(workload, "us", seconds(function() optimizer:update(model, inputs, targets) end) * 1e6)
  end)
end

train("mlp_mnist", dg.Sequential(L.Linear(784, 1000), F.relu, L.Linear(1000, 1000), F.relu,
  L.Linear(1000, 10)), dg.optimizers.Adam(), dg.rand(100, 784), labels(100, 10))

if L.Convolution2D then
  local function pool(h) return F.max_pooling_2d(h, 2) end
  train("lenet", dg.Sequential(L.Convolution2D(1, 20, 5), F.relu, pool, L.Convolution2D(20, 50, 5),
    F.relu, pool, L.Linear(800, 500), F.relu, L.Linear(500, 10)),
    dg.optimizers.MomentumSGD(0.01, 0.9), dg.rand(64, 1, 28, 28), labels(64, 10))
end
