--- A weight for each of many features and a bias: what online learning of clicks, scores and rates
--- begins with. Its gradient is the rows of the features that occurred.
local dg = require "dgraph"
local F = dg.F
local embedding_bag, NONE = F.embedding_bag, -1

---@class resty.dgraph.SparseLinear: dgraph.Link
local SparseLinear = dg.Link:extend "SparseLinear"

---@param features integer
function SparseLinear:init(features)
  self.W = dg.Parameter(dg.zeros(features, 1))
  self.b = dg.Parameter(dg.zeros(1))
end

--- A number for each row.
---@param ids dgraph.Tensor  rows x most: features counted from 1; -1 is none
---@param values? dgraph.Tensor  of the features; all 1 when nil
---@return dgraph.Tensor  rows x 1
function SparseLinear:forward(ids, values)
  return embedding_bag(ids, self.W, nil, "sum", true, values, false, NONE, self.b)
end

return SparseLinear
