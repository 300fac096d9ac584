--- A convolutional network that reads handwritten digits, after LeNet-5: two convolutions, two
-- dense layers, dropout between them; trained by a Trainer whose steps get smaller from epoch to
-- epoch. Reads 99.26 % of MNIST's test digits after 5 epochs, which take 107 s of one core. What it
-- learned is written as lenet.onnx, for batches of any size.
--
--   luajit examples/lenet.lua                                 the 2,500 digits that come along
--   DGRAPH_DATA=folder/of/mnist luajit examples/lenet.lua     all 60,000
--
-- Flags: --epoch 5 --batchsize 64 --seed 1 --out build/lenet --resume --smoke
-- Y. LeCun et al., "Gradient-based learning applied to document recognition", 1998.
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"
local F, L = dg.functions, dg.links
local training = dg.training
local extensions = training.extensions

local flags = require "dgraph.utils.flags"(arg, {
  epoch = 5, batchsize = 64, seed = 1, out = "build/lenet", resume = false, smoke = false,
})
if flags.smoke then flags.epoch = 2 end

local LeNet = dg.Chain:extend "LeNet"

function LeNet:init()
  self.conv1 = L.Convolution2D(1, 20, 5)
  self.conv2 = L.Convolution2D(20, 50, 5)
  self.fc1 = L.Linear(nil, 500)
  self.fc2 = L.Linear(500, 10)
end

function LeNet:forward(x)                                        -- batch x 1 x 28 x 28
  local h = F.max_pooling_2d(F.relu(self.conv1(x)), 2)           -- 20 maps of 12 x 12
  h = F.max_pooling_2d(F.relu(self.conv2(h)), 2)                 -- 50 maps of 4 x 4
  return self.fc2(F.dropout(F.relu(self.fc1(h))))
end

dg.seed(flags.seed)
local model = L.Classifier(LeNet())
local optimizer = dg.optimizers.Adam():setup(model)

local train, test = dg.datasets.get_mnist { ndim = 3 }
local batches = dg.iterators.SerialIterator(train, flags.batchsize)
local test_batches = dg.iterators.SerialIterator(test, 500, { repeat_ = false, shuffle = false })

local updater = training.StandardUpdater(batches, optimizer)
local trainer = training.Trainer(updater, { flags.epoch, "epoch" }, flags.out)

trainer:extend(extensions.Evaluator(test_batches, model))
trainer:extend(extensions.ExponentialShift("alpha", 0.5), { trigger = { 1, "epoch" } })
trainer:extend(extensions.snapshot { n_retains = 1, autoload = flags.resume })
trainer:extend(extensions.LogReport())
trainer:extend(extensions.PrintReport { "epoch", "main/loss", "validation/main/loss",
  "validation/main/accuracy", "elapsed_time" })
trainer:extend(extensions.ProgressBar { update_interval = 10 })

trainer:run()

local log = trainer:get_extension("LogReport").log
assert(dg.onnx.export(model.predictor, dg.zeros(1, 1, 28, 28), flags.out .. "/lenet.onnx", {
  input_names = { "images" }, output_names = { "scores" }, dynamic_batch = true,
}))
print(("test accuracy %.2f %%"):format(100 * log[#log]["validation/main/accuracy"]))
