--- How the time of a training step grows with the batch, the width, the depth, the length of
--- sequences, and falls with threads: five charts, `make bench-curves`.
--
--   luajit spec/bench/curves.lua [--quick] [--folder build/curves]
--
-- Both axes are powers of two: a line of slope 1 is cost that grows as the work does, a flat one
-- cost that does not depend on it, a step would be a cliff. Prints workload,metric,value as well.
local dg = require "dgraph"
local clock = require "dgraph.utils.clock"
local files = require "dgraph.utils.files"
local flags = require "dgraph.utils.flags"(arg or {}, { quick = false, folder = "build/curves" })
local svg_plot = require "dgraph.utils.svg_plot"
local F, L = dg.functions, dg.links

local BLOCKS, SECONDS = flags.quick and 4 or 12, flags.quick and 0.01 or 0.03
local MOST_THREADS = 8

local function log2(x) return math.log(x) / math.log(2) end

--- Seconds for one call: the best of some blocks.
local function seconds(f, now)
  for _ = 1, 3 do f() end
  local start = now()
  f()
  local n = math.max(1, math.floor(SECONDS / math.max(now() - start, 1e-7)))
  local best = math.huge
  for _ = 1, BLOCKS do
    start = now()
    for _ = 1, n do f() end
    best = math.min(best, (now() - start) / n)
  end
  return best
end

--- A step of a model: forward, backward, update.
local function step_of(model, loss)
  local optimizer = dg.optimizers.SGD(0.01):setup(model)
  return function() optimizer:update(loss) end
end

local function dense(batch, width, depth)
  local layers = {}
  for i = 1, depth do
    layers[2 * i - 1], layers[2 * i] = L.Linear(width, width), F.tanh
  end
  local model = dg.Sequential(unpack(layers))
  local x, t = dg.randn(batch, width), dg.randn(batch, width)
  return step_of(model, function() return F.mean_squared_error(model(x), t) end)
end

local function convolution(batch)
  local model = dg.Sequential(L.Convolution2D(8, 16, 3), F.relu, L.Convolution2D(16, 16, 3))
  local x = dg.randn(batch, 8, 16, 16)
  return step_of(model, function() return F.sum(F.square(model(x))) end)
end

local function lstm(steps)
  local model = L.NStepLSTM(1, 64, 64, 0)
  local x = dg.randn(8, steps, 64)
  return step_of(model, function()
    local _, _, ys = model(nil, nil, x)
    return F.sum(F.square(ys))
  end)
end

local function cells(steps)
  local model = L.LSTM(64, 64)
  local x = dg.randn(8, 64)
  return step_of(model, function()
    model:reset_state()
    local y
    for _ = 1, steps do y = model(x) end
    return F.sum(F.square(y))
  end)
end

local function attention(steps)
  local model = L.MultiHeadAttention(64, 4)
  local x = dg.randn(2, steps, 64)
  return step_of(model, function()
    return F.sum(F.square(model(x, x, x, { is_causal = true })))
  end)
end

--- The times of `make(2^from)` ... `make(2^to)`.
local function growth(name, from, to, make)
  local line = { name = name, x = {}, y = {} }
  for power = from, flags.quick and math.min(to, from + 5) or to do
    local us = seconds(make(2 ^ power), os.clock) * 1e6
    print(("%s_%d,us,%.4g"):format(name:gsub("%W+", "_"), 2 ^ power, us))
    line.x[#line.x + 1], line.y[#line.y + 1] = power, log2(us)
    collectgarbage()
    collectgarbage()
  end
  return line
end

local function draw(name, title, xlabel, ylabel, series)
  local path = ("%s/%s.svg"):format(flags.folder, name)
  assert(files.write(path, svg_plot.render {
    title = title, xlabel = xlabel, ylabel = ylabel, series = series,
  }))
  print("# " .. path)
end

local YLABEL = "time of a step, log2 of microseconds"

--- How many times faster a step is with more threads.
local function speedup(name, step)
  local line = { name = name, x = {}, y = {} }
  local pipe = io.popen "nproc 2>/dev/null"
  local processors = tonumber((pipe:read "*l")) or 1
  pipe:close()
  local one
  for threads = 1, math.min(processors, MOST_THREADS) do
    dg.set_num_threads(threads)
    local time = seconds(step, clock)
    one = one or time
    print(("%s_%d_threads,ms,%.4g"):format(name:gsub("%W+", "_"), threads, time * 1e3))
    line.x[threads], line.y[threads] = threads, one / time
  end
  dg.set_num_threads(1)
  return line
end

dg.seed(1)
dg.set_num_threads(1)
files.make_folder(flags.folder)

draw("batch", "Batch", "rows, log2", YLABEL, {
  growth("64 units, 2 layers", 0, 12, function(n) return dense(n, 64, 2) end),
  growth("512 units, 2 layers", 0, 9, function(n) return dense(n, 512, 2) end),
  growth("two convolutions", 0, 7, convolution),
})
draw("width", "Width", "units, log2", YLABEL, {
  growth("2 layers, batch 1", 1, 11, function(n) return dense(1, n, 2) end),
  growth("2 layers, batch 32", 1, 10, function(n) return dense(32, n, 2) end),
})
draw("depth", "Depth", "layers, log2", YLABEL, {
  growth("16 units, batch 1", 0, 10, function(n) return dense(1, 16, n) end),
  growth("64 units, batch 32", 0, 9, function(n) return dense(32, 64, n) end),
})
draw("sequence", "Length of sequences", "steps, log2", YLABEL, {
  growth("LSTM", 0, 9, lstm),
  growth("LSTM, a loop in Lua", 0, 9, cells),
  growth("attention", 0, 10, attention),
})
draw("threads", "Threads", "threads", "times faster than one", {
  speedup("512 units, batch 128", dense(128, 512, 2)),
  speedup("convolutions, batch 64", convolution(64)),
  speedup("tanh of 4 Mi", (function()
    local x = dg.randn(2 ^ 22)
    return function() dg.scope(function() F.tanh(x) end) end
  end)()),
})
