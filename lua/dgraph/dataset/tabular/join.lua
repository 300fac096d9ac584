--- The columns of several TabularDatasets side by side.
local errors = require "dgraph.errors"
local read = require "dgraph.dataset.tabular.read"
local view = require "dgraph.dataset.tabular.view"

local Join, properties = {}, {}

--- Columns, where each dataset is asked once for all that is wanted of it.
---@param rows integer[]?
---@param key_indices integer[]?
---@return any[]
function Join:get_examples(rows, key_indices)
  local found, offset = {}, 0
  for _, dataset in ipairs(self.datasets) do
    local count, wanted, seen = #dataset.keys, {}, {}
    for _, index in ipairs(key_indices or {}) do
      local own = index - offset
      if own >= 1 and own <= count and not seen[own] then
        wanted[#wanted + 1], seen[own] = own, true
      end
    end
    if not key_indices then
      for k, column in ipairs(read(dataset, rows)) do found[offset + k] = column end
    elseif #wanted > 0 then
      local columns = read(dataset, rows, wanted)
      for k, own in ipairs(wanted) do found[offset + own] = columns[k] end
    end
    offset = offset + count
  end
  if not key_indices then return found end
  local columns = {}
  for k, index in ipairs(key_indices) do columns[k] = found[index] end
  return columns
end

function properties:keys()
  local keys = {}
  for _, dataset in ipairs(self.datasets) do
    for _, key in ipairs(dataset.keys) do keys[#keys + 1] = key end
  end
  return keys
end

function properties:mode()
  for _, dataset in ipairs(self.datasets) do
    if dataset.mode then return dataset.mode end
  end
  return "tuple"
end

local _, make = view.kind(Join, properties)

---@param ... dgraph.TabularDataset
---@return dgraph.TabularDataset
return function(...)
  local datasets, taken = { ... }, {}
  for i = 1, select("#", ...) do
    local dataset = view.check(datasets[i], "join")
    if #dataset ~= #datasets[1] then
      errors.raisef("join: dataset 1 has %d rows, dataset %d has %d", #datasets[1], i, #dataset)
    end
    for _, key in ipairs(dataset.keys) do
      if taken[key] then errors.raisef("join: several datasets have a column %q", key) end
      taken[key] = true
    end
  end
  return make { dataset = datasets[1], datasets = datasets }
end
