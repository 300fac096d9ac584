--- Learns to read handwritten digits, and shows what it has learned. All is written out, the loop
-- over batches too; train_mnist.lua leaves that to a Trainer.
--
--   luajit examples/mnist.lua                                 the 2,500 digits here: 93.6 %
--   DGRAPH_DATA=folder/of/mnist luajit examples/mnist.lua     all 60,000: 98.62 %
--
-- Flags: --epoch 5 --batch 100 --unit 1000 --seed 1 --out build/mnist --smoke
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"
local F, L = dg.functions, dg.links
local files = require "dgraph.utils.files"
local progress = require "dgraph.utils.progress"
local svg_plot = require "dgraph.utils.svg_plot"

local flags = require "dgraph.utils.flags"(arg, {
  epoch = 0, batch = 100, unit = 1000, seed = 1, out = "build/mnist", smoke = false,
})
if flags.smoke then flags.epoch, flags.unit = 2, 32 end

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
local train, test = dg.datasets.get_mnist()
local epochs = flags.epoch > 0 and flags.epoch or (#train > 10000 and 5 or 10)
local model = L.Classifier(MLP(flags.unit))
local optimizer = dg.optimizers.Adam():setup(model)

--- Loss and accuracy on examples that it does not learn from.
local function evaluate(data)
  local loss, accuracy = 0, 0
  local batches = dg.iterators.SerialIterator(data, 100, { repeat_ = false, shuffle = false })
  local function step()
    local x, t = batches:next()
    if not x then return false end
    model(x, t)
    loss = loss + model.loss:item() * #x / #data
    accuracy = accuracy + model.accuracy:item() * #x / #data
    return true
  end
  local function run() while dg.scope(step) do end end -- a scope: each batch is gone at once
  dg.test_mode(dg.no_backprop_mode, run)
  return loss, accuracy
end

--- What the process holds in memory, in MB; 0 where the system does not tell.
local function resident()
  local file = io.open "/proc/self/statm"
  return file and file:read("*a"):match "%d+ (%d+)" * 4096 / 2 ^ 20 or 0
end

print(("%d digits to learn from, %d to test, %d epochs"):format(#train, #test, epochs))
local batches = dg.iterators.SerialIterator(train, flags.batch)
local function lossfun() return model(batches:next()) end
local steps = math.ceil(#train / flags.batch)
local curve = { train = {}, test = {} }
local bar = progress(epochs * steps)
local test_loss, test_accuracy
for epoch = 1, epochs do
  local loss, accuracy = 0, 0
  for i = 1, steps do
    local done = (epoch - 1) * steps + i
    optimizer.alpha = 0.001 * (1 - (done - 1) / (epochs * steps)) -- smaller and smaller steps
    optimizer:update(lossfun)
    loss, accuracy = loss + model.loss:item(), accuracy + model.accuracy:item()
    bar:update(done, { loss = loss / i, accuracy = accuracy / i })
  end
  test_loss, test_accuracy = evaluate(test)
  curve.train[epoch], curve.test[epoch] = loss / steps, test_loss
  bar:print(("epoch %2d  train loss %.4f accuracy %.4f  test loss %.4f accuracy %.4f  %.0f MB")
    :format(epoch, loss / steps, accuracy / steps, test_loss, test_accuracy, resident()))
end
bar:finish()

-- What is left: a curve, and a file that a fresh model reads.
os.execute(("mkdir -p '%s'"):format(flags.out))
assert(files.write(flags.out .. "/curve.svg", svg_plot.render {
  title = "Learning to read digits", xlabel = "epoch", ylabel = "loss",
  series = { { name = "train", y = curve.train }, { name = "test", y = curve.test } },
}))
assert(dg.serializers.save_npz(flags.out .. "/model.npz", model))
local fresh = L.Classifier(MLP(flags.unit))
assert(dg.serializers.load_npz(flags.out .. "/model.npz", fresh))

-- Some test digits as text, and what the fresh model takes them for.
local SHADES, ACROSS = " .:-=+*#%@", 4
local function show(first)
  local positions = {}
  for i = 1, ACROSS do positions[i] = first + i - 1 end
  local images = test:batch(positions)
  local pixels, guesses = images:totable(), F.argmax(fresh.predictor(images), 2):totable()
  for row = 5, 24, 2 do -- a character is about twice as high as wide; the margins are empty
    local line = {}
    for i = 0, 20 * ACROSS - 1 do
      local image, at = pixels[math.floor(i / 20) + 1], (row - 1) * 28 + 5 + i % 20
      local shade = math.floor((image[at] + image[at + 28]) / 2 * 9 + 0.5) + 1
      line[i + 1] = SHADES:sub(shade, shade)
    end
    print((table.concat(line):gsub(" +$", "")))
  end
  local words = {}
  for i = 1, ACROSS do words[i] = ("%11s %d%8s"):format("this is", guesses[i] - 1, "") end
  print(table.concat(words):gsub(" +$", "") .. "\n")
end
show(1)
show(1 + ACROSS)

print(("test accuracy %.2f %%  curve: %s/curve.svg  model: %s/model.npz"):format(
  100 * test_accuracy, flags.out, flags.out))
