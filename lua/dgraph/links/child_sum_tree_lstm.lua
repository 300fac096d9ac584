--- An LSTM on trees that adds up its children's outputs, however many there are, in any order.
--- Source: Chainer; Tai, Socher, Manning, arXiv:1503.00075.
local F = require "dgraph.functions"
local Linear = require "dgraph.links.linear"
local TreeLSTMBase = require "dgraph.links.tree_lstm_base"
local arguments = require "dgraph.links.arguments"

---@class dgraph.ChildSumTreeLSTM: dgraph.TreeLSTMBase
---@field W_h_aio dgraph.Linear  of the sum of the children's outputs
---@field W_h_f dgraph.Linear  of each child's output
---@overload fun(in_size: integer?, out_size: integer): dgraph.ChildSumTreeLSTM
local ChildSumTreeLSTM = TreeLSTMBase:extend("ChildSumTreeLSTM")

---@param in_size integer?  nil: taken from the first input
---@param out_size integer
function ChildSumTreeLSTM:init(in_size, out_size)
  arguments.size(self._name, "out_size", out_size)
  self.state_size = out_size
  self.W_x = Linear(in_size, 4 * out_size)
  self.W_h_aio = Linear(out_size, 3 * out_size, { nobias = true })
  self.W_h_f = Linear(out_size, out_size, { nobias = true })
end

--- `link(c1, ..., cN, h1, ..., hN, x)`: the state of a node out of those of its children. Any of
--- them may be nil, for zeros; a leaf is `link(x)`.
---@param ... dgraph.Tensor?  batch x out, x: batch x in
---@return dgraph.Tensor c  batch x out
---@return dgraph.Tensor h  batch x out
function ChildSumTreeLSTM:forward(...)
  local cs, hs, x, n = self:children_of(...)
  local units = self.state_size
  local aio, f = unpack(F.split(self.W_x(x), { 3 * units, units }, 2))
  if n == 0 then
    local a, i, o = unpack(F.split(aio, 3, 2))
    local c = F.sigmoid(i) * F.tanh(a)
    return c, F.sigmoid(o) * F.tanh(c)
  end
  local sum = hs[1]
  for k = 2, n do sum = sum + hs[k] end
  local gates = { aio + self.W_h_aio(sum) }
  for k, from_child in ipairs(F.split(self.W_h_f(F.concat(hs, 1)), n, 1)) do
    gates[k + 1] = from_child + f
  end
  cs[n + 1] = F.concat(gates, 2)
  local c, h = F.tree_lstm(unpack(cs, 1, n + 1))
  return c, h
end

return ChildSumTreeLSTM
