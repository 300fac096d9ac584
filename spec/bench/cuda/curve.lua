--- Whether a card and the host learn the same: losses of digits, from one seed, on both; and on the
--- card captured.
--
--   luajit spec/bench/cuda/curve.lua [--steps 200] [--json FILE] [--smoke]
local dg = require "dgraph"
local flags = require "dgraph.utils.flags"(arg or {}, { steps = 200, json = "", smoke = false })
local F, L = dg.functions, dg.links

local function mlp() return dg.Sequential(L.Linear(784, 100), F.relu, L.Linear(100, 10)) end

local function lenet()
  local function pool(h) return F.max_pooling_2d(h, 2) end
  return dg.Sequential(function(x) return F.reshape(x, { -1, 1, 28, 28 }) end,
    L.Convolution2D(1, 6, 5), F.relu, pool, L.Linear(864, 10))
end

local function losses(device, captured, make)
  return dg.using_device(device, function()
    dg.seed(1)
    local train = dg.datasets.get_mnist { folder = "examples/data/mnist_subset" }
    local batches = dg.iterators.SerialIterator(train, 100)
    local model = L.Classifier(make())
    local optimizer = dg.optimizers.MomentumSGD(0.01):setup(model)
    local function step(x, t)
      optimizer:update(model, x, t)
      return model.loss
    end
    if captured then step = dg.capture(step) end
    local list = {}
    for i = 1, flags.steps do list[i] = step(batches:next()):item() end
    return list
  end)
end

local card = flags.smoke and "cpu" or "cuda"
local lines, failed = {}, false
for name, make in pairs { mlp = mlp, lenet = lenet } do
  local host = losses("cpu", false, make)
  for way, captured in pairs { eager = false, captured = true } do
    local there, most = losses(card, captured, make), 0
    for i = 1, #host do
      most = math.max(most, math.abs(there[i] - host[i]) / math.max(1, math.abs(host[i])))
    end
    failed = failed or most ~= most or most > 1e-3
    print(("%s,%s,largest difference,%.3g,last losses,%.6g,%.6g"):format(name, way, most,
      host[#host], there[#there]))
    lines[#lines + 1] = ('"%s %s": { "difference": %.6g, "host": %.6g, "card": %.6g }'):format(
      name, way, most, host[#host], there[#there])
  end
end
if flags.json ~= "" then
  local file = assert(io.open(flags.json, "w"))
  file:write("{\n", table.concat(lines, ",\n"), "\n}\n")
  file:close()
end
if failed then os.exit(1) end
