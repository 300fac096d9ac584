--- A GRU layer that is given its state.
--- Source: Chainer; Cho et al., arXiv:1406.1078.
local GRUBase = require "dgraph.links.gru_base"

---@class dgraph.StatelessGRU: dgraph.GRUBase
---@overload fun(in_size: integer?, out_size: integer, ...): dgraph.StatelessGRU
local StatelessGRU = GRUBase:extend("StatelessGRU")

---@param h dgraph.Tensor  the output before, batch x out
---@param x dgraph.Tensor  batch x in
---@return dgraph.Tensor  batch x out
function StatelessGRU:forward(h, x)
  local y = self:step(h, x)
  return y
end

return StatelessGRU
