--- What the links of LSTMs on trees share: the states of children come as c1, ..., cN, h1, ..., hN,
--- and the node's own input x behind them. Each may be nil, for zeros, but not all of them.
local Chain = require "dgraph.chain"
local create = require "dgraph.create"
local errors = require "dgraph.errors"

---@class dgraph.TreeLSTMBase: dgraph.Chain
---@field W_x dgraph.Linear  of the input, with biases
---@field state_size integer
local TreeLSTMBase = Chain:extend("TreeLSTMBase")

--- The children's states and outputs, and x.
---@return table cs, table hs, dgraph.Tensor x, integer children
function TreeLSTMBase:children_of(...)
  local count, like = select("#", ...), nil
  if count % 2 == 0 then
    errors.raisef("%s: wanted c1, ..., h1, ..., x, got %d values", self._name, count)
  end
  local given, n = { ... }, (count - 1) / 2
  for i = 1, count do like = like or given[i] end
  if like == nil then errors.raisef("%s: all states and the input are nil", self._name) end
  local options = { dtype = like.dtype, device = like.device }
  local function zeros(size) return create.zeros({ like:dim(1), size }, options) end
  local x = given[count]
  if x == nil then
    local W = self.W_x.W
    if not W.is_initialized then
      errors.raisef("%s: the size of x is not known yet, so it cannot be nil", self._name)
    end
    x = zeros(W.shape[2])
  end
  local cs, hs = {}, {}
  for i = 1, n do
    cs[i] = given[i] or zeros(self.state_size)
    hs[i] = given[n + i] or zeros(self.state_size)
  end
  return cs, hs, x, n
end

function TreeLSTMBase:printable_specs()
  local W = self.W_x.W
  return {
    { "in_size", W.is_initialized and W.shape[2] or "?" }, { "out_size", self.state_size },
  }
end

return TreeLSTMBase
