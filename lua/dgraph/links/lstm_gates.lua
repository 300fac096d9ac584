--- LSTMs whose gates are not those of `F.lstm` alone: the base of those with peepholes or zoneout.
local F = require "dgraph.functions"
local LSTM = require "dgraph.links.lstm"
local Linear = require "dgraph.links.linear"
local arguments = require "dgraph.links.arguments"

---@class dgraph.LSTMGates: dgraph.LSTM
local LSTMGates = LSTM:extend("LSTMGates")

--- Weights of input and state start as those of any other Linear does, biases at 0.
---@param in_size integer?  nil: taken from the first input
---@param out_size integer
function LSTMGates:init(in_size, out_size)
  arguments.size(self._name, "out_size", out_size)
  self.state_size = out_size
  self.upward = Linear(in_size, 4 * out_size)
  self.lateral = Linear(out_size, 4 * out_size, { nobias = true })
end

--- a, i, f and o after x, before sigmoid and tanh; and the state that it meets.
function LSTMGates:gates(x)
  local sum = self.upward(x)
  if self.h ~= nil then sum = sum + self.lateral(self.h) end
  local gates = F.separate(F.reshape(sum, { -1, self.state_size, 4 }), 3)
  return gates[1], gates[2], gates[3], gates[4], self.c or self:zeros(x), self.h or self:zeros(x)
end

return LSTMGates
