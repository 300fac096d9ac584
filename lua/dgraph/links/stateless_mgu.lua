--- A minimal gated unit that is given its state.
--- Source: Chainer; Zhou et al., arXiv:1603.09420.
local MGUBase = require "dgraph.links.mgu_base"

---@class dgraph.StatelessMGU: dgraph.MGUBase
---@overload fun(in_size: integer?, out_size: integer): dgraph.StatelessMGU
local StatelessMGU = MGUBase:extend("StatelessMGU")

---@param h dgraph.Tensor  the output before, batch x out
---@param x dgraph.Tensor  batch x in
---@return dgraph.Tensor  batch x out
function StatelessMGU:forward(h, x)
  local y = self:step(h, x)
  return y
end

return StatelessMGU
