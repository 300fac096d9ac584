--- An LSTM on trees whose nodes have so many children, each with weights of its own.
--- Source: Chainer; Tai, Socher, Manning, arXiv:1503.00075, with the forget gates of Bowman et al.,
--- arXiv:1603.06021.
local F = require "dgraph.functions"
local Linear = require "dgraph.links.linear"
local TreeLSTMBase = require "dgraph.links.tree_lstm_base"
local arguments = require "dgraph.links.arguments"
local errors = require "dgraph.errors"

--- The weights of the children's outputs are W_h1, W_h2 ...
---@class dgraph.NaryTreeLSTM: dgraph.TreeLSTMBase
---@field n_ary integer
---@overload fun(in_size: integer?, out_size: integer, n_ary?: integer): dgraph.NaryTreeLSTM
local NaryTreeLSTM = TreeLSTMBase:extend("NaryTreeLSTM")

---@param in_size integer?  nil: taken from the first input
---@param out_size integer
---@param n_ary? integer  how many children; 2 by default
function NaryTreeLSTM:init(in_size, out_size, n_ary)
  n_ary = n_ary or 2
  arguments.size(self._name, "out_size", out_size)
  arguments.size(self._name, "n_ary", n_ary)
  self.state_size, self.n_ary = out_size, n_ary
  self.W_x = Linear(in_size, (3 + n_ary) * out_size)
  for i = 1, n_ary do
    self["W_h" .. i] = Linear(out_size, (3 + n_ary) * out_size, { nobias = true })
  end
end

--- `link(c1, ..., cN, h1, ..., hN, x)`: the state of a node out of those of its children. Any of
--- them may be nil, for zeros, but not all.
---@param ... dgraph.Tensor?  batch x out, x: batch x in
---@return dgraph.Tensor c  batch x out
---@return dgraph.Tensor h  batch x out
function NaryTreeLSTM:forward(...)
  local cs, hs, x, n = self:children_of(...)
  if n ~= self.n_ary then
    errors.raisef("NaryTreeLSTM: %d children, wanted %d", n, self.n_ary)
  end
  local gates = self.W_x(x)
  for i = 1, n do gates = gates + self["W_h" .. i](hs[i]) end
  cs[n + 1] = gates
  local c, h = F.tree_lstm(unpack(cs, 1, n + 1))
  return c, h
end

return NaryTreeLSTM
