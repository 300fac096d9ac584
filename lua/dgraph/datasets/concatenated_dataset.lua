--- Datasets one after the other.
local DatasetMixin = require "dgraph.dataset.mixin"
local access = require "dgraph.dataset.access"
local errors = require "dgraph.errors"

---@class dgraph.ConcatenatedDataset: dgraph.Dataset
---@field datasets any[]
local ConcatenatedDataset = { name = "ConcatenatedDataset" }
ConcatenatedDataset.__index = ConcatenatedDataset

--- The number of examples of all together.
---@return integer
function ConcatenatedDataset:len()
  local total = 0
  for _, dataset in ipairs(self.datasets) do total = total + access.length(dataset, self.name) end
  return total
end

--- Example `i`, counted through all datasets.
---@param i integer
---@return any
function ConcatenatedDataset:get_example(i)
  for _, dataset in ipairs(self.datasets) do
    local length = access.length(dataset, self.name)
    if i <= length then return access.example(dataset, i) end
    i = i - length
  end
end

--- Puts datasets, or plain arrays, one after the other.
---@param ... any
---@return dgraph.ConcatenatedDataset
local function new(...)
  local datasets = { ... }
  if #datasets == 0 then errors.raise "ConcatenatedDataset: at least one dataset is needed" end
  for _, dataset in ipairs(datasets) do access.length(dataset, "ConcatenatedDataset") end
  return DatasetMixin(setmetatable({ datasets = datasets }, ConcatenatedDataset))
end

return new
