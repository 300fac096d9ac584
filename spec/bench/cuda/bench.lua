--- What dgraph reaches on a card: medians by the card's own clock. Run beside it, in the same call:
--- python3 spec/bench/cuda/torch_peer.py
--
--   luajit spec/bench/cuda/bench.lua [--quick] [--json FILE] [--only NAME] [--smoke]
--
-- `--smoke` tries the program on the host with tiny sizes; its times say nothing.
local dg = require "dgraph"
local clock = require "dgraph.utils.clock"
local workloads = require "spec.bench.cuda.workloads"
local flags = require "dgraph.utils.flags"(arg or {}, {
  quick = false, smoke = false, json = "", only = "",
})
local F = dg.functions

local smoke = flags.smoke
local BLOCKS = (flags.quick or smoke) and 5 or 9
local SECONDS = smoke and 0.001 or flags.quick and 0.05 or 0.2
dg.config.device = smoke and "cpu" or "cuda"
local time = smoke and clock or dg.cuda.time

--- Seconds for one call: the median of some blocks, after a warm-up.
local function seconds(f)
  for _ = 1, smoke and 1 or 5 do f() end
  local start = time()
  f()
  local n = math.max(1, math.floor(SECONDS / math.max(time() - start, 1e-6)))
  local times = {}
  for i = 1, BLOCKS do
    local from = time()
    for _ = 1, n do f() end
    times[i] = (time() - from) / n
  end
  table.sort(times)
  return times[(BLOCKS + 1) / 2]
end

local lines = {}

local function note(workload, metric, text)
  print(("%s,%s,%s"):format(workload, metric, text))
  io.stdout:flush()
end

--- Writes all there is up to now: whoever ends this program early has that.
local function write()
  if flags.json == "" then return end
  local file = assert(io.open(flags.json, "w"))
  file:write("{\n", table.concat(lines, ",\n"), "\n}\n")
  file:close()
end

local function report(workload, metric, value)
  note(workload, metric, ("%.5g"):format(value))
  lines[#lines + 1] = ('"%s %s": %.6g'):format(workload, metric, value)
  write()
end

--- A workload that cannot run yet says why and does not end the others.
local function try(workload, f)
  if not workload:find(flags.only, 1, true) then return end
  local ok, message = pcall(f)
  if not ok then
    message = tostring(message):gsub("\n.*", "")
    note(workload, "failed", message)
    lines[#lines + 1] = ('"%s failed": "%s"'):format(workload, (message:gsub('[\\"]', "\\%0")))
    write()
  end
  collectgarbage()
  collectgarbage()
  if not smoke then dg.cuda.trim() end
end

local function bandwidth(workload, bytes, f)
  try(workload, function()
    report(workload, "GB/s", bytes / seconds(function() dg.scope(f) end) / 1e9)
  end)
end

note("#", "card", smoke and "none" or dg.cuda.device_name())

local side = smoke and 16 or 8192
local n = side * side
local x, y = dg.randn(n), dg.randn(n)
bandwidth("copy", 8 * n, function() return F.copy(x) and nil end)
bandwidth("add", 12 * n, function() return x + y and nil end)
bandwidth("relu", 8 * n, function() return F.relu(x) and nil end)
bandwidth("exp", 8 * n, function() return F.exp(x) and nil end)
bandwidth("tanh", 8 * n, function() return F.tanh(x) and nil end)
bandwidth("sigmoid", 8 * n, function() return F.sigmoid(x) and nil end)
bandwidth("sum", 4 * n, function() return F.sum(x) and nil end)
local matrix = x:reshape(side, side)
bandwidth("sum_rows", 4 * n, function() return F.sum(matrix, 2) and nil end)
bandwidth("sum_columns", 4 * n, function() return F.sum(matrix, 1) and nil end)
bandwidth("softmax_rows", 8 * n, function() return F.softmax(matrix, 2) and nil end)
bandwidth("transpose_copy", 8 * n, function() return F.copy(F.transpose(matrix)) and nil end)
bandwidth("add_row", 8 * n, function() return matrix + matrix[1] and nil end)
x, y, matrix = nil, nil, nil

local function product(workload, size, dtype)
  try(workload, function()
    local a, b = dg.randn(size, size), dg.randn(size, size)
    if dtype then a, b = a:to(dtype), b:to(dtype) end
    local took = seconds(function() dg.scope(function() return F.matmul(a, b) and nil end) end)
    report(workload, "TFLOP/s", 2 * size ^ 3 / took / 1e12)
  end)
end

for _, size in ipairs(smoke and { 32 } or { 1024, 4096, 8192 }) do
  product("sgemm_" .. size, size)
end
product("bf16_8192", smoke and 32 or 8192, "bfloat16")

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

--- Times a training step as it is, and captured.
local function train(workload, make, options)
  try(workload, function()
    dg.seed(1)
    local all = { make() } -- none of them is nil
    local model, optimizer = all[1], all[2]
    local lossfun = options.within and options.within(model) or model
    if model.compute_accuracy ~= nil then model.compute_accuracy = false end
    optimizer:setup(model)
    local function step(...) optimizer:update(lossfun, ...) end
    report(workload, "us", seconds(function() step(unpack(all, 3)) end) * 1e6)
    local captured = dg.capture(step)
    local took = seconds(function() captured(unpack(all, 3)) end)
    if not smoke and captured.replays == 0 then error(tostring(captured)) end
    report(workload .. "_captured", "us", took * 1e6)
  end)
end

for _, each in ipairs(workloads) do
  if not (smoke and each.large) then train(each[1], each[2], each) end
end
