--- Several tensors, datasets or arrays under names: example `i` has example `i` of each.
local DatasetMixin = require "dgraph.dataset.mixin"
local access = require "dgraph.dataset.access"
local columns = require "dgraph.datasets.columns"
local errors = require "dgraph.errors"

---@class dgraph.DictDataset: dgraph.Dataset
---@field parts table<string, dgraph.Tensor|dgraph.Dataset|any[]>
local DictDataset = { name = "DictDataset" }
DictDataset.__index = DictDataset

--- The number of examples.
---@return integer
function DictDataset:len()
  local _, part = next(self.parts)
  return access.length(part, self.name)
end

--- One example: a table with the value of each part.
---@param i integer
---@return table<string, any>
function DictDataset:get_example(i)
  local example = {}
  for name, part in pairs(self.parts) do example[name] = columns.example(part, i) end
  return example
end

--- The examples at some positions: a table with one tensor for each part.
---@param indices integer[]|dgraph.Tensor  positions, from 1
---@return table<string, dgraph.Tensor>
function DictDataset:batch(indices)
  local positions = access.positions(indices, #self, self.name)
  local batch = {}
  for name, part in pairs(self.parts) do batch[name] = columns.batch(part, positions) end
  return batch
end

--- Puts tensors, datasets and arrays of one length together: `DictDataset { x = ..., t = ... }`.
---@param parts table<string, dgraph.Tensor|dgraph.Dataset|any[]>
---@return dgraph.DictDataset
local function new(parts)
  if type(parts) ~= "table" or next(parts) == nil then
    errors.raise "DictDataset: wanted a table of parts, at least one"
  end
  local names, copy = {}, {}
  for name, part in pairs(parts) do
    if type(name) ~= "string" then
      errors.raisef("DictDataset: the names of parts are strings, not %s", tostring(name))
    end
    names[#names + 1], copy[name] = name, part
  end
  table.sort(names)
  local length = access.length(parts[names[1]], "DictDataset")
  for _, name in ipairs(names) do
    local other = access.length(parts[name], "DictDataset")
    if other ~= length then
      errors.raisef("DictDataset: %s has %d examples, %s has %d", names[1], length, name, other)
    end
  end
  return DatasetMixin(setmetatable({ parts = copy }, DictDataset))
end

return new
