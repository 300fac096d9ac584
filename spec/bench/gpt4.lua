--- A language model as GPT-2 is built, small: 4 layers of 256 units and 4 heads, normalized first,
--- GELU by tanh; 8 sequences of 128 out of 256 letters, whose embedding is the last layer as well;
--- AdamW.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

local LETTERS, UNITS, HEADS, LAYERS, STEPS, BATCH = 256, 256, 4, 4, 128, 8

local GPT = dg.Chain:extend("GPT")

function GPT:init()
  self.letters = L.EmbedID(LETTERS, UNITS)
  self.places = L.EmbedID(STEPS, UNITS)
  self.layers = dg.ChainList()
  for _ = 1, LAYERS do
    self.layers:append(L.TransformerEncoderLayer(UNITS, HEADS, {
      dim_feedforward = 4 * UNITS, dropout = 0, norm_first = true,
      activation = function(x) return F.gelu(x, "tanh") end,
    }))
  end
  self.norm = L.LayerNormalization(UNITS)
end

--- x, t: batch x steps.
function GPT:forward(x, t, places)
  local h = self.letters(x) + self.places(places)
  for layer in self.layers:children() do h = layer(h, nil, nil, true) end
  local scores = F.linear(self.norm(h):reshape(-1, UNITS), self.letters.W)
  return F.softmax_cross_entropy(scores, t:reshape(-1))
end

dg.seed(1)
local model = GPT()
local optimizer = dg.optimizers.AdamW(3e-4):setup(model)
local x = dg.random.randint(1, LETTERS + 1, { BATCH, STEPS })
local t = dg.random.randint(1, LETTERS + 1, { BATCH, STEPS })
local places = dg.arange(1, STEPS + 1, 1, "int64")

measure.time("gpt4", "ms", function() optimizer:update(model, x, t, places) end)
measure.print("rss_gpt4", "MB", measure.peak_rss())
