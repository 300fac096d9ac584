--- A recurrent network that writes like Shakespeare, one character after the other.
--
-- The text is cut into 32 streams that are read side by side, 50 characters at a time. The LSTM
-- goes on from window to window, gradients do not: the graph ends with the scope of an update. That
-- is truncated backpropagation through time. A tenth of the text is held back to measure: it costs
-- 1.588 nats a character after 10 epochs, which take 212 s of one core.
--
--   luajit examples/char_rnn.lua            fetches tinyshakespeare unless it lies in DGRAPH_DATA
--   luajit examples/char_rnn.lua --text FILE
--
-- Flags: --epoch 10 --unit 128 --length 50 --batchsize 32 --seed 1 --text "" --resume --smoke
--        --out build/char_rnn
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"
local F, L = dg.functions, dg.links
local training = dg.training
local extensions = training.extensions

local flags = require "dgraph.utils.flags"(arg, {
  epoch = 10, unit = 128, length = 50, batchsize = 32, seed = 1, text = "", out = "build/char_rnn",
  resume = false, smoke = false,
})
if flags.smoke then flags.epoch, flags.unit, flags.text = 6, 32, "CONTRIBUTING.md" end

local CharRNN = dg.Chain:extend "CharRNN"

function CharRNN:init(characters, units)
  self.embed = L.EmbedID(characters, units)
  self.lstm = L.LSTM(units, units)
  self.out = L.Linear(units, characters)
end

--- Scores of what comes next, at each place: batch x length x characters.
function CharRNN:forward(ids)
  local steps = F.separate(self.embed(ids), 2)
  for i, x in ipairs(steps) do steps[i] = self.lstm(x) end
  return self.out(F.stack(steps, 2), 2)
end

-- -- The text -----------------------------------------------------------------------------------

local text = flags.text ~= "" and assert(io.open(flags.text)):read "*a"
  or dg.datasets.get_tinyshakespeare()
local characters, numbers = {}, {} -- those that occur; the number of each byte
for byte = 0, 255 do
  local c = string.char(byte)
  if text:find(c, 1, true) then characters[#characters + 1] = c end
  numbers[byte + 1] = #characters
end
local ids = dg.tensor(numbers, "int32")[dg.from_string(text, #text, "uint8"):cast "int32" + 1]

--- Windows of the characters `from` to `to`, and what follows each of them. Each batch goes on
--- where the one before stopped, in all of its streams.
local function windows(from, to)
  local length, streams = flags.length, flags.batchsize
  local steps = math.floor((to - from) / length / streams)
  local function cut(first)
    local part = ids[{ { first, first + streams * steps * length - 1 } }]
    return part:reshape(streams, steps, length):transpose(2, 1, 3):reshape(-1, length)
  end
  return dg.datasets.TupleDataset(cut(from), cut(from + 1))
end

-- -- The training -------------------------------------------------------------------------------

dg.seed(flags.seed)
local function lossfun(y, t) -- for each character, in nats
  return F.softmax_cross_entropy(y:reshape(-1, #characters), t:reshape(-1))
end
local model = L.Classifier(CharRNN(#characters, flags.unit), lossfun)
model.compute_accuracy = false
local optimizer = dg.optimizers.Adam(0.004):setup(model)
optimizer:add_hook(dg.optimizers.GradientClipping(5))

local held_back = math.floor(0.9 * #text)
local function iterate(from, to, repeat_)
  return dg.iterators.SerialIterator(windows(from, to), flags.batchsize,
    { shuffle = false, repeat_ = repeat_ })
end
local updater = training.StandardUpdater(iterate(1, held_back, true), optimizer)
local trainer = training.Trainer(updater, { flags.epoch, "epoch" }, flags.out)

local judge = model:copy() -- the same weights, but a state of its own
trainer:extend(extensions.Evaluator(iterate(held_back + 1, #text, false), judge, {
  eval_hook = function() judge.predictor.lstm:reset_state() end,
}))
trainer:extend(extensions.ExponentialShift("alpha", 0.8), { trigger = { 1, "epoch" } })
trainer:extend(extensions.snapshot { n_retains = 1, autoload = flags.resume })
trainer:extend(extensions.LogReport())
trainer:extend(extensions.PrintReport { "epoch", "main/loss", "validation/main/loss",
  "elapsed_time" })
trainer:extend(extensions.ProgressBar { update_interval = 20 })
trainer:run()

-- -- What it writes -----------------------------------------------------------------------------

local rnn, id, written = model.predictor, numbers[("\n"):byte() + 1], {}
rnn.lstm:reset_state()
for i = 1, 600 do
  local scores = dg.no_backprop_mode(rnn, dg.tensor({ { id } }, "int32")):reshape(-1)
  id = dg.random.choice(#characters, nil, true, F.softmax(scores / 0.8, 1)) -- prefers likely ones
  written[i] = characters[id]
end
print(table.concat(written))

local log = trainer:get_extension("LogReport").log
print(("%.3f nats for each character held back"):format(log[#log]["validation/main/loss"]))
