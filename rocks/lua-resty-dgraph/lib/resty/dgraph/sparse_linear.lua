--- A weight for each of many features and a bias: what online learning of clicks, scores and rates
--- begins with. Its gradient is the rows of the features that occurred.
local dg = require "dgraph"
local F = dg.F
local embed_id, sum, expand_dims = F.embed_id, F.sum, F.expand_dims

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
  local weights = embed_id(ids, self.W, -1)
  if values then weights = weights * expand_dims(values, 3) end
  return sum(weights, 2) + self.b
end

return SparseLinear
