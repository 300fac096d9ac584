--- An LSTM layer whose units sometimes stay as they are, in training: see `F.zoneout`.
--- Source: Chainer; Krueger et al., arXiv:1606.01305.
local F = require "dgraph.functions"
local LSTMGates = require "dgraph.links.lstm_gates"
local arguments = require "dgraph.links.arguments"

---@class dgraph.StatefulZoneoutLSTM: dgraph.LSTMGates
---@field c_ratio number  how likely a cell keeps its state
---@field h_ratio number  how likely an output stays
---@overload fun(in_size: integer?, out_size: integer, ...): dgraph.StatefulZoneoutLSTM
local StatefulZoneoutLSTM = LSTMGates:extend("StatefulZoneoutLSTM")

---@param in_size integer?  nil: taken from the first input
---@param out_size integer
---@param ... any  c_ratio = 0.5, h_ratio = 0.5; by position, or by name in one table
function StatefulZoneoutLSTM:init(in_size, out_size, ...)
  local opts = arguments.read(self._name, { "c_ratio", "h_ratio" }, ...)
  LSTMGates.init(self, in_size, out_size)
  self.c_ratio, self.h_ratio = opts.c_ratio or 0.5, opts.h_ratio or 0.5
end

---@param x dgraph.Tensor  batch x in
---@return dgraph.Tensor  batch x out
function StatefulZoneoutLSTM:forward(x)
  local a, i, f, o, c, h = self:gates(x)
  local cell = F.tanh(a) * F.sigmoid(i) + F.sigmoid(f) * c
  local y = F.zoneout(h, F.sigmoid(o) * F.tanh(cell), self.h_ratio)
  self:set_state(F.zoneout(c, cell, self.c_ratio), y)
  return y
end

return StatefulZoneoutLSTM
