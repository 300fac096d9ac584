--- Learns to read the handwritten digits that come along, and saves the model: what `make serve`
--- serves first.
local dg = require "dgraph"
local F, L = dg.F, dg.L

local path = assert(arg[1], "digits.lua FILE")
dg.seed(1)
local train = dg.datasets.get_mnist()
local model = dg.Sequential(L.Linear(784, 100), F.relu, L.Linear(100, 10))
local optimizer = dg.optimizers.Adam():setup(model)
local batches = dg.iterators.SerialIterator(train, 50)

local function lossfun(x, t) return F.softmax_cross_entropy(model(x), t) end

while batches.epoch < 8 do
  dg.scope(function() optimizer:update(lossfun, batches:next()) end)
end
assert(dg.serializers.save_model(path, model))
