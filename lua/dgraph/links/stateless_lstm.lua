--- An LSTM layer that is given its state.
--- Source: Chainer.
local F = require "dgraph.functions"
local LSTMBase = require "dgraph.links.lstm_base"

---@class dgraph.StatelessLSTM: dgraph.LSTMBase
---@overload fun(in_size: integer?, out_size?: integer, ...): dgraph.StatelessLSTM
local StatelessLSTM = LSTMBase:extend("StatelessLSTM")

---@param c dgraph.Tensor?  the cells' state, batch x out; nil: 0
---@param h dgraph.Tensor?  the output before, batch x out; nil: 0
---@param x dgraph.Tensor  batch x in
---@return dgraph.Tensor c  the new state, batch x out
---@return dgraph.Tensor h  the output, batch x out
function StatelessLSTM:forward(c, h, x)
  local gates = self.upward(x)
  if h ~= nil then gates = gates + self.lateral(h) end
  local c_next, h_next = F.lstm(c or self:zeros(x), gates)
  return c_next, h_next
end

return StatelessLSTM
