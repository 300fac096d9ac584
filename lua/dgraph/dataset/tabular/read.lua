--- Columns of a TabularDataset, of which a user may have written `get_examples`.
local access = require "dgraph.dataset.access"
local errors = require "dgraph.errors"

--- What `get_examples` returns, which has as many columns and rows as were asked for: whoever goes
--- through columns relies on it, and rows of tensors are copied without a second look.
---@param dataset dgraph.TabularDataset
---@param rows? integer[]
---@param key_indices? integer[]
---@return any[]
return function(dataset, rows, key_indices)
  local columns, keys = dataset:get_examples(rows, key_indices), dataset.keys
  local count = key_indices and #key_indices or #keys
  if type(columns) ~= "table" or #columns ~= count then
    errors.raisef("%s: get_examples has to return an array of %d columns", dataset.name, count)
  end
  local wanted = rows and #rows or #dataset
  for k = 1, count do
    local length = access.length(columns[k], dataset.name)
    if length ~= wanted then
      errors.raisef("%s: get_examples returned %d values of %q for %d rows", dataset.name, length,
        keys[key_indices and key_indices[k] or k], wanted)
    end
  end
  return columns
end
