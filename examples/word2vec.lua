--- Word vectors by skip-grams with negative sampling: words that occur among the same words come to
-- lie side by side.
--
-- Each step touches some hundred words out of all: the gradients are those rows of the tables, and
-- Adam changes no others, so that a step costs the same however many words there are. Shakespeare's
-- 204,062 words bring "queen: margaret elizabeth" and "love: hate heart's" after 10 epochs, 49 s.
--
--   luajit examples/word2vec.lua            fetches tinyshakespeare unless it lies in DGRAPH_DATA
--   luajit examples/word2vec.lua --text FILE
--
-- Flags: --epoch 10 --batchsize 200 --unit 100 --window 4 --negative 5 --seed 1 --text "" --smoke
--        --out build/word2vec
-- T. Mikolov et al., "Distributed representations of words and phrases and their compositionality".
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"
local F, L = dg.functions, dg.links
local training = dg.training
local extensions = training.extensions

local flags = require "dgraph.utils.flags"(arg, {
  epoch = 10, batchsize = 200, unit = 100, window = 4, negative = 5, seed = 1, text = "",
  smoke = false, out = "build/word2vec",
})
if flags.smoke then flags.epoch, flags.unit, flags.text = 2, 20, "CONTRIBUTING.md" end

-- -- The text as numbers of words ---------------------------------------------------------------

local text = flags.text ~= "" and assert(io.open(flags.text)):read "*a"
  or dg.datasets.get_tinyshakespeare()

local words, ids, counts = {}, {}, {}
for word in text:lower():gmatch "[%a']+" do
  if not ids[word] then
    table.insert(counts, 0)
    ids[word] = #counts
    words[#counts] = word
  end
  counts[ids[word]] = counts[ids[word]] + 1
  ids[#ids + 1] = ids[word]
end

--- Each window of the text is an example; they overlap in one array.
local span = 2 * flags.window + 1
local windows = F.as_strided(dg.tensor(ids, "int32"), { #ids - span + 1, span }, { 1, 1 })

-- -- The model ----------------------------------------------------------------------------------

local SkipGram = dg.Chain:extend "SkipGram"

function SkipGram:init(counts_, units)
  self.embed = L.EmbedID(#counts_, units, dg.initializers.Uniform(1 / units))
  self.others = L.NegativeSampling(units, counts_, flags.negative)
end

--- From the word in the middle of each window, every other one is to be guessed.
function SkipGram:forward(x)
  local middle = x[{ {}, { flags.window + 1, flags.window + 1 } }]
  local left, right = x[{ {}, { 1, flags.window } }], x[{ {}, { flags.window + 2, -1 } }]
  local around = F.concat({ left, right }, 2)
  local from = F.broadcast_to(middle, around.shape):reshape(-1)
  local loss = self.others(self.embed(from), around:reshape(-1)) / from.size
  dg.report({ loss = loss }, self)
  return loss
end

dg.seed(flags.seed)
local model = SkipGram(counts, flags.unit)
local optimizer = dg.optimizers.Adam(0.002):setup(model)
local batches = dg.iterators.SerialIterator(windows, flags.batchsize)
local updater = training.StandardUpdater(batches, optimizer)
local trainer = training.Trainer(updater, { flags.epoch, "epoch" }, flags.out)
trainer:extend(extensions.LogReport())
trainer:extend(extensions.PrintReport { "epoch", "main/loss", "elapsed_time" })
trainer:extend(extensions.ProgressBar { update_interval = 50 })
print(("%d words, %d different ones"):format(#ids, #counts))
trainer:run()

-- -- Neighbours ---------------------------------------------------------------------------------

local directions = F.normalize(model.embed.W:detach())

local function print_neighbours(word)
  local near = directions:matmul(directions[ids[word]])
  local _, positions = F.topk(near, 7)
  local names = {}
  for i, id in ipairs(positions:totable()) do names[i] = words[id] end
  print(("%s: %s"):format(word, table.concat(names, " ", 2)))
end

for _, word in ipairs { "king", "queen", "he", "my", "sword", "love", "the", "tensor", "lua" } do
  if ids[word] then print_neighbours(word) end
end
