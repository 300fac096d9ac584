--- A minimal gated unit that remembers its state from one input to the next.
--- Source: Chainer; Zhou et al., arXiv:1603.09420.
local MGUBase = require "dgraph.links.mgu_base"
local create = require "dgraph.create"
local state = require "dgraph.links.state"

---@class dgraph.StatefulMGU: dgraph.MGUBase
---@field h dgraph.Tensor?  the output before, batch x out
---@overload fun(in_size: integer?, out_size: integer): dgraph.StatefulMGU
local StatefulMGU = MGUBase:extend("StatefulMGU")

--- Sets the state.
---@param h dgraph.Tensor
function StatefulMGU:set_state(h) state.set(self, "h", h) end

--- Forgets the state: the next input begins new sequences.
function StatefulMGU:reset_state() state.set(self, "h", nil) end

function StatefulMGU:_move(device) self:set_state(self.h and self.h:to(device)) end

---@param x dgraph.Tensor  batch x in
---@return dgraph.Tensor  batch x out
function StatefulMGU:forward(x)
  local h = self.h
  if h == nil then
    h = create.zeros({ x:dim(1), self.state_size }, { dtype = x.dtype, device = x.device })
  end
  local y = self:step(h, x)
  self:set_state(y)
  return y
end

return StatefulMGU
