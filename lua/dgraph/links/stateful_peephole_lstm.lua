--- An LSTM layer whose gates see the cells' state:
--- i = sigmoid(i + P_i c), f = sigmoid(f + P_f c), c' = tanh(a) i + f c, o = sigmoid(o + P_o c'),
--- h = o tanh(c').
--- Source: Chainer; Gers, Schmidhuber, "Recurrent nets that time and count", 2000.
local F = require "dgraph.functions"
local LSTMGates = require "dgraph.links.lstm_gates"
local Linear = require "dgraph.links.linear"

---@class dgraph.StatefulPeepholeLSTM: dgraph.LSTMGates
---@field peep_i dgraph.Linear  out x out
---@field peep_f dgraph.Linear
---@field peep_o dgraph.Linear
---@overload fun(in_size: integer?, out_size: integer): dgraph.StatefulPeepholeLSTM
local StatefulPeepholeLSTM = LSTMGates:extend("StatefulPeepholeLSTM")

---@param in_size integer?  nil: taken from the first input
---@param out_size integer
function StatefulPeepholeLSTM:init(in_size, out_size)
  LSTMGates.init(self, in_size, out_size)
  for _, gate in ipairs { "i", "f", "o" } do
    self["peep_" .. gate] = Linear(out_size, out_size, { nobias = true })
  end
end

---@param x dgraph.Tensor  batch x in
---@return dgraph.Tensor  batch x out
function StatefulPeepholeLSTM:forward(x)
  local a, i, f, o, c = self:gates(x)
  local cell = F.tanh(a) * F.sigmoid(i + self.peep_i(c)) + F.sigmoid(f + self.peep_f(c)) * c
  local y = F.sigmoid(o + self.peep_o(cell)) * F.tanh(cell)
  self:set_state(cell, y)
  return y
end

return StatefulPeepholeLSTM
