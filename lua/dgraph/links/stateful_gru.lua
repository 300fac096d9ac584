--- A GRU layer that remembers its state from one input to the next.
--- Source: Chainer; Cho et al., arXiv:1406.1078.
local F = require "dgraph.functions"
local GRUBase = require "dgraph.links.gru_base"
local state = require "dgraph.links.state"

---@class dgraph.StatefulGRU: dgraph.GRUBase
---@field h dgraph.Tensor?  the output before, batch x out
---@overload fun(in_size: integer?, out_size: integer, ...): dgraph.StatefulGRU
local StatefulGRU = GRUBase:extend("StatefulGRU")

--- Sets the state.
---@param h dgraph.Tensor
function StatefulGRU:set_state(h) state.set(self, "h", h) end

--- Forgets the state: the next input begins new sequences.
function StatefulGRU:reset_state() state.set(self, "h", nil) end

function StatefulGRU:_move(device) self:set_state(self.h and self.h:to(device)) end

---@param x dgraph.Tensor  batch x in
---@return dgraph.Tensor  batch x out
function StatefulGRU:forward(x)
  local h, y = self.h
  if h ~= nil then
    y = self:step(h, x)
  else -- as with h = 0, but without the biases of U, as Chainer has it
    y = F.sigmoid(self.W_z(x)) * F.tanh(self.W(x))
  end
  self:set_state(y)
  return y
end

return StatefulGRU
