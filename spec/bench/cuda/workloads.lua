--- The training steps that are measured on a card, each beside the same one in torch_peer.py.
local dg = require "dgraph"
local F, L, O = dg.functions, dg.links, dg.optimizers

local function mlp()
  return L.Classifier(dg.Sequential(L.Linear(784, 1000), F.relu, L.Linear(1000, 1000), F.relu,
    L.Linear(1000, 10)))
end

local function pool(h) return F.max_pooling_2d(h, 2) end

local function lenet()
  return L.Classifier(dg.Sequential(L.Convolution2D(1, 20, 5), F.relu, pool,
    L.Convolution2D(20, 50, 5), F.relu, pool, L.Linear(800, 500), F.relu, L.Linear(500, 10)))
end

-- Embeddings have whole gradients: those of rows are found on the host.
local function embedding(count, size)
  return L.EmbedID(count, size, { sparse = false })
end

local LETTERS = 96

local CharRNN = dg.Chain:extend("CharRNN")

function CharRNN:init()
  self.embed = embedding(LETTERS, 128)
  self.lstm = L.NStepLSTM(1, 128, 128, 0)
  self.out = L.Linear(128, LETTERS)
end

function CharRNN:forward(x, t)
  local _, _, ys = self.lstm(nil, nil, self.embed(x))
  return F.softmax_cross_entropy(self.out(ys, 2):reshape(-1, LETTERS), t:reshape(-1))
end

local GPT = dg.Chain:extend("GPT")

function GPT:init(layers, units, heads, steps)
  self.letters, self.places = embedding(256, units), embedding(steps, units)
  self.layers = dg.ChainList()
  for _ = 1, layers do
    self.layers:append(L.TransformerEncoderLayer(units, heads, {
      dim_feedforward = 4 * units, dropout = 0, norm_first = true,
      activation = function(x) return F.gelu(x, "tanh") end,
    }))
  end
  self.norm = L.LayerNormalization(units)
  self.units = units
end

--- x, t: batch x steps.
function GPT:forward(x, t, places)
  local h = self.letters(x) + self.places(places)
  for layer in self.layers:children() do h = layer(h, nil, nil, true) end
  local scores = F.linear(self.norm(h):reshape(-1, self.units), self.letters.W)
  return F.softmax_cross_entropy(scores, t:reshape(-1))
end

local function images(batch, ...)
  local list = {}
  for i = 1, batch do list[i] = i % 10 + 1 end
  return dg.rand(batch, ...), dg.tensor(list, "int32")
end

local function letters(batch, steps, count)
  return dg.random.randint(1, count + 1, { batch, steps }),
    dg.random.randint(1, count + 1, { batch, steps })
end

local function gpt(layers, units, heads, steps, batch)
  return function()
    local x, t = letters(batch, steps, 256)
    return GPT(layers, units, heads, steps), O.AdamW(3e-4), x, t,
      dg.arange(1, steps + 1, 1, "int64")
  end
end

--- Runs a step's forward with products in bfloat16, where there is such a thing.
local function in_bfloat16(f)
  return function(...) return dg.autocast("bfloat16", f, ...) end
end

--- name; what makes model, optimizer and arguments; flags.
return {
  { "mlp_mnist", function() return mlp(), O.Adam(), images(100, 784) end },
  { "lenet", function() return lenet(), O.MomentumSGD(0.01, 0.9), images(64, 1, 28, 28) end },
  { "lstm_char", function() return CharRNN(), O.Adam(), letters(32, 50, LETTERS) end },
  { "gpt_small", gpt(4, 256, 4, 128, 8) },
  { "gpt_large", gpt(12, 768, 12, 1024, 8), large = true },
  { "gpt_large_bf16", gpt(12, 768, 12, 1024, 8), large = true, within = in_bfloat16 },
}
