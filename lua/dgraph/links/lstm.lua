--- An LSTM layer that remembers its state from one input to the next.
--- Source: Chainer; Graves, "Supervised sequence labelling with recurrent neural networks", 2012.
local F = require "dgraph.functions"
local LSTMBase = require "dgraph.links.lstm_base"
local errors = require "dgraph.errors"
local state = require "dgraph.links.state"

--- The first rows of the batch may be as many as before, or fewer: sequences of different lengths
--- are sorted, the longest first, and those that ended keep their state.
---@class dgraph.LSTM: dgraph.LSTMBase
---@field c dgraph.Tensor?  the cells' state, batch x out
---@field h dgraph.Tensor?  the output before, batch x out
---@overload fun(in_size: integer?, out_size?: integer, ...): dgraph.LSTM
local LSTM = LSTMBase:extend("LSTM")

--- Sets the state.
---@param c dgraph.Tensor
---@param h dgraph.Tensor
function LSTM:set_state(c, h)
  state.set(self, "c", c)
  state.set(self, "h", h)
end

--- Forgets the state: the next input begins new sequences.
function LSTM:reset_state() self:set_state(nil, nil) end

function LSTM:_move(device)
  self:set_state(self.c and self.c:to(device), self.h and self.h:to(device))
end

---@param x dgraph.Tensor  batch x in
---@return dgraph.Tensor  batch x out
function LSTM:forward(x)
  local gates, c, h = self.upward(x), self.c, self.h
  local batch, rest = x:dim(1), nil
  if h ~= nil then
    local rows = h:dim(1)
    if rows < batch then
      errors.raisef("LSTM: %d rows, but the state is for %d (reset_state begins new sequences)",
        batch, rows)
    end
    if rows > batch then h, rest = unpack(F.split(h, { batch, rows - batch }, 1)) end
    gates = gates + self.lateral(h)
  end
  local y
  c, y = F.lstm(c or self:zeros(x), gates)
  self:set_state(c, rest and F.concat({ y, rest }, 1) or y)
  return y
end

return LSTM
