--- Learns to read handwritten digits with a Trainer, as Chainer's example does: a table of losses,
-- a progress bar, curves, the graph, and snapshots to go on from. The 2,500 digits that come along
-- suffice for 94.6 %.
--
--   luajit examples/train_mnist.lua             DGRAPH_DATA=folder/of/mnist for all 60,000
--   luajit examples/train_mnist.lua --resume    goes on from the last snapshot in --out
--
-- Flags: --epoch 20 --batchsize 100 --unit 1000 --seed 1 --out build/train_mnist --resume --smoke
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"
local F, L = dg.functions, dg.links
local training = dg.training
local extensions = training.extensions

local flags = require "dgraph.utils.flags"(arg, {
  epoch = 20, batchsize = 100, unit = 1000, seed = 1, out = "build/train_mnist", resume = false,
  smoke = false,
})
if flags.smoke then flags.epoch, flags.unit = 3, 32 end

local MLP = dg.Chain:extend("MLP")

function MLP:init(units)
  self.l1 = L.Linear(nil, units)
  self.l2 = L.Linear(nil, units)
  self.l3 = L.Linear(nil, 10)
end

function MLP:forward(x)
  local h = F.relu(self.l1(x))
  return self.l3(F.relu(self.l2(h)))
end

dg.seed(flags.seed)
print(("# unit: %d\n# minibatch size: %d\n# epoch: %d\n"):format(flags.unit, flags.batchsize,
  flags.epoch))

local model = L.Classifier(MLP(flags.unit))
local optimizer = dg.optimizers.Adam():setup(model)

local train, test = dg.datasets.get_mnist()
local batches = dg.iterators.SerialIterator(train, flags.batchsize)
local test_batches = dg.iterators.SerialIterator(test, flags.batchsize,
  { repeat_ = false, shuffle = false })

local updater = training.StandardUpdater(batches, optimizer)
local trainer = training.Trainer(updater, { flags.epoch, "epoch" }, flags.out)

trainer:extend(extensions.Evaluator(test_batches, model))
trainer:extend(extensions.DumpGraph("main/loss", { model = model }))
trainer:extend(extensions.snapshot { n_retains = 2, autoload = flags.resume })
trainer:extend(extensions.LogReport())
trainer:extend(extensions.PlotReport({ "main/loss", "validation/main/loss" },
  { x_key = "epoch", filename = "loss.svg" }))
trainer:extend(extensions.PlotReport({ "main/accuracy", "validation/main/accuracy" },
  { x_key = "epoch", filename = "accuracy.svg" }))
trainer:extend(extensions.PrintReport { "epoch", "main/loss", "validation/main/loss",
  "main/accuracy", "validation/main/accuracy", "elapsed_time" })
trainer:extend(extensions.ProgressBar { update_interval = 10 })

trainer:run()
