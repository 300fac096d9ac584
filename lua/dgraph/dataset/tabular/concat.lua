--- The rows of several TabularDatasets one after the other.
local access = require "dgraph.dataset.access"
local columns = require "dgraph.datasets.columns"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local read = require "dgraph.dataset.tabular.read"
local view = require "dgraph.dataset.tabular.view"

local Concat = {}

--- The number of rows of all together.
---@return integer
function Concat:len()
  local total = 0
  for _, dataset in ipairs(self.datasets) do total = total + #dataset end
  return total
end

--- Whether parts of a column are tensors that may stand under each other.
local function are_alike(parts)
  local first = parts[1]
  for _, part in ipairs(parts) do
    if not native.is_tensor(part) or part.dtype ~= first.dtype or part.device ~= first.device
      or #part.shape ~= #first.shape then
      return false
    end
    for axis = 2, #first.shape do
      if part.shape[axis] ~= first.shape[axis] then return false end
    end
  end
  return true
end

--- One column out of its parts: a tensor where all of them are, otherwise an array.
---@param parts any[]
---@param order integer[]?  which value of all stands where; nil: they stay
local function join_parts(parts, order)
  if are_alike(parts) then
    local whole = require "dgraph.functions".concat(parts, 1):detach()
    return order and access.rows(whole, order) or whole
  end
  local values = {}
  for _, part in ipairs(parts) do
    for i = 1, access.length(part, "concat") do
      values[#values + 1] = columns.example(part, i)
    end
  end
  return order and access.examples(values, order) or values
end

--- Which rows each dataset is asked for, and where they stand when all that they give stands one
--- after the other.
local function distribute(datasets, rows)
  local asked, places, order, offset = {}, {}, {}, 0
  for d, dataset in ipairs(datasets) do
    asked[d] = {}
    for i, row in ipairs(rows) do
      local own = row - offset
      if own >= 1 and own <= #dataset then
        table.insert(asked[d], own)
        places[i] = { d, #asked[d] }
      end
    end
    offset = offset + #dataset
  end
  local starts, total = {}, 0
  for d, own in ipairs(asked) do
    starts[d], total = total, total + #own
  end
  for i, place in ipairs(places) do order[i] = starts[place[1]] + place[2] end
  return asked, order
end

--- Columns, each made of what the datasets have of it.
---@param rows integer[]?
---@param key_indices integer[]?
---@return any[]
function Concat:get_examples(rows, key_indices)
  local asked, order
  if rows then asked, order = distribute(self.datasets, rows) end
  local tables = {}
  for d, dataset in ipairs(self.datasets) do
    if not rows or #asked[d] > 0 then
      tables[#tables + 1] = read(dataset, rows and asked[d], key_indices)
    end
  end
  if #tables == 0 then return read(self.dataset, {}, key_indices) end
  if #tables == 1 then return tables[1] end
  local joined = {}
  for k = 1, #tables[1] do
    local parts = {}
    for d, each in ipairs(tables) do parts[d] = each[k] end
    joined[k] = join_parts(parts, order)
  end
  return joined
end

local _, make = view.kind(Concat)

---@param ... dgraph.TabularDataset
---@return dgraph.TabularDataset
return function(...)
  local datasets = { ... }
  local wanted = table.concat(datasets[1].keys, ", ")
  for i = 1, select("#", ...) do
    local keys = table.concat(view.check(datasets[i], "concat").keys, ", ")
    if keys ~= wanted then
      errors.raisef("concat: dataset 1 has the columns %s, dataset %d has %s", wanted, i, keys)
    end
  end
  return make { dataset = datasets[1], datasets = datasets }
end
