--- A small GPT: causal attention in some blocks, learned places, one table of characters at both
-- ends. It learns to continue a text, and then writes some. A tenth is held back to measure: 1.645
-- nats a character after 2000 steps, which take 370 s of one core.
--
--   luajit examples/gpt.lua                 fetches tinyshakespeare unless it lies in DGRAPH_DATA
--   luajit examples/gpt.lua --text FILE
--
-- Flags: --steps 2000 --batchsize 32 --context 64 --width 128 --layers 3 --heads 4 --seed 1
--        --text "" --out build/gpt --resume --smoke
-- A. Radford et al., "Language models are unsupervised multitask learners", 2019.
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"
local F, L = dg.functions, dg.links
local training = dg.training
local extensions = training.extensions

local flags = require "dgraph.utils.flags"(arg, {
  steps = 2000, batchsize = 32, context = 64, width = 128, layers = 3, heads = 4, seed = 1,
  text = "", out = "build/gpt", resume = false, smoke = false,
})
if flags.smoke then
  flags.steps, flags.context, flags.width, flags.layers = 160, 16, 32, 1
  flags.text = "CONTRIBUTING.md"
end

local CHARACTERS = 256 -- bytes of any text

local GPT = dg.Chain:extend "GPT"

function GPT:init(context, width, layers, heads)
  self.context = context
  self.characters = L.EmbedID(CHARACTERS, width, dg.initializers.Normal(0.02))
  self.places = L.EmbedID(context, width, dg.initializers.Normal(0.02))
  self.blocks = dg.ChainList()
  for i = 1, layers do
    self.blocks[i] = L.TransformerEncoderLayer(width, heads, {
      dim_feedforward = 4 * width, dropout = 0, activation = "gelu", norm_first = true,
    })
  end
  self.norm = L.LayerNormalization(width)
end

--- Scores of what comes next, at each place: batch x length x characters.
function GPT:forward(ids)
  local h = self.characters(ids) + self.places(dg.arange(1, ids:dim(2) + 1, "int32"))
  for _, block in ipairs(self.blocks) do h = block(h, nil, nil, true) end
  return F.linear(self.norm(h), self.characters.W, nil, 2)
end

--- The text with `count` more characters; a temperature below 1 prefers what is likely.
function GPT:continue(text, count, temperature)
  for _ = 1, count do
    local seen = text:sub(-self.context)
    local scores = self(dg.from_string(seen, { 1, #seen }, "uint8"):cast "int32" + 1)[{ 1, -1 }]
    local id = dg.random.choice(CHARACTERS, nil, true, F.softmax(scores / temperature, 1))
    text = text .. string.char(id - 1)
  end
  return text
end

-- -- The text: every window of it is an example, and they all lie in one array ------------------

local text = flags.text ~= "" and assert(io.open(flags.text)):read "*a"
  or dg.datasets.get_tinyshakespeare()
local ids = dg.from_string(text, #text, "uint8"):cast "int32" + 1

--- The windows that begin at each `stride`-th character from one to another, and what follows.
local function windows(from, to, stride)
  local count = math.floor((to - from - flags.context) / stride)
  local function view(first)
    return F.as_strided(ids, { count, flags.context }, { stride, 1 }, first - 1)
  end
  return dg.datasets.TupleDataset(view(from), view(from + 1))
end

local held_back = math.floor(0.9 * #text)
local train = dg.iterators.SerialIterator(windows(1, held_back, 1), flags.batchsize)
local test = dg.iterators.SerialIterator(windows(held_back + 1, #text, flags.context), 64,
  { repeat_ = false, shuffle = false })

-- -- The training -------------------------------------------------------------------------------

dg.seed(flags.seed)
local function lossfun(y, t) -- for each character, in nats
  return F.softmax_cross_entropy(y:reshape(-1, CHARACTERS), t:reshape(-1))
end
local gpt = GPT(flags.context, flags.width, flags.layers, flags.heads)
local model = L.Classifier(gpt, lossfun)
model.compute_accuracy = false
local optimizer = dg.optimizers.AdamW({ alpha = 0.002, weight_decay_rate = 2e-5 }):setup(model)
optimizer:add_hook(dg.optimizers.GradientClipping(1))

local updater = training.StandardUpdater(train, optimizer)
local trainer = training.Trainer(updater, { flags.steps, "iteration" }, flags.out)
local often = { math.floor(flags.steps / 8), "iteration" }
trainer:extend(extensions.Evaluator(test, model), { trigger = often })
trainer:extend(extensions.LinearShift("eta", { 1, 0 }, { 0, flags.steps }))
trainer:extend(extensions.snapshot { n_retains = 1, autoload = flags.resume }, { trigger = often })
trainer:extend(extensions.LogReport { trigger = often })
trainer:extend(extensions.PrintReport { "iteration", "main/loss", "validation/main/loss",
  "elapsed_time" })
trainer:extend(extensions.ProgressBar { update_interval = 20 })
trainer:run()

print(dg.test_mode(dg.no_backprop_mode, gpt.continue, gpt, "\n", 600, 0.8))
local log = trainer:get_extension("LogReport").log
print(("%.3f nats for each character held back"):format(log[#log]["validation/main/loss"]))
