--- A character model: embedding 96 x 128, LSTM 128, linear 128 -> 96, 50 steps of 32 sequences,
--- Adam.
-- `fused`: the link over whole sequences; `loop`: one step after the other in Lua.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F, L = dg.functions, dg.links

local STEPS, BATCH, LETTERS, UNITS = 50, 32, 96, 128

local Fused = dg.Chain:extend("Fused")

function Fused:init()
  self.embed = L.EmbedID(LETTERS, UNITS)
  self.lstm = L.NStepLSTM(1, UNITS, UNITS, 0)
  self.out = L.Linear(UNITS, LETTERS)
end

--- x, t: batch x steps.
function Fused:forward(x, t)
  local _, _, ys = self.lstm(nil, nil, self.embed(x))
  return F.softmax_cross_entropy(self.out(ys, 2):reshape(-1, LETTERS), t:reshape(-1))
end

local Loop = dg.Chain:extend("Loop")

function Loop:init()
  self.embed = L.EmbedID(LETTERS, UNITS)
  self.lstm = L.LSTM(UNITS, UNITS)
  self.out = L.Linear(UNITS, LETTERS)
end

--- x, t: lists of the steps.
function Loop:forward(xs, ts)
  self.lstm:reset_state()
  local loss
  for i = 1, STEPS do
    local y = self.out(self.lstm(self.embed(xs[i])))
    local one = F.softmax_cross_entropy(y, ts[i])
    loss = loss and loss + one or one
  end
  return loss / STEPS
end

dg.seed(1)
local x = dg.random.randint(1, LETTERS + 1, { BATCH, STEPS })
local t = dg.random.randint(1, LETTERS + 1, { BATCH, STEPS })
local fused = Fused()
local optimizer = dg.optimizers.Adam():setup(fused)
measure.time("lstm_char", "ms", function() optimizer:update(fused, x, t) end)

local xs, ts = {}, {}
for i = 1, STEPS do xs[i], ts[i] = x[{ {}, i }]:copy(), t[{ {}, i }]:copy() end
local loop = Loop()
local loop_optimizer = dg.optimizers.Adam():setup(loop)
measure.time("lstm_char_loop", "ms", function() loop_optimizer:update(loop, xs, ts) end)
