--- Several tensors, datasets or arrays side by side: example `i` is example `i` of each.
local DatasetMixin = require "dgraph.dataset.mixin"
local access = require "dgraph.dataset.access"
local columns = require "dgraph.datasets.columns"
local errors = require "dgraph.errors"

---@class dgraph.TupleDataset: dgraph.Dataset
---@field parts (dgraph.Tensor|dgraph.Dataset|any[])[]
local TupleDataset = { name = "TupleDataset" }
TupleDataset.__index = TupleDataset

--- The number of examples, which is also `#dataset`.
---@return integer
function TupleDataset:len() return access.length(self.parts[1], self.name) end

--- One example: an array of one row for each part.
---@param i integer
---@return any[]
function TupleDataset:get_example(i)
  local example = {}
  for k, part in ipairs(self.parts) do example[k] = columns.example(part, i) end
  return example
end

--- Several examples: an array of one tensor for each part, or of an array where it is none.
---@param from integer
---@param to integer
---@return any[]
function TupleDataset:slice(from, to)
  local slices = {}
  for k, part in ipairs(self.parts) do
    slices[k] = columns.slice(part, from, to)
  end
  return slices
end

--- The examples at some positions, as one tensor for each part.
---@param indices integer[]|dgraph.Tensor  positions, from 1
---@return dgraph.Tensor ...
function TupleDataset:batch(indices)
  local positions = access.positions(indices, #self, self.name)
  local rows = {}
  for k, part in ipairs(self.parts) do rows[k] = columns.batch(part, positions) end
  return unpack(rows, 1, #rows)
end

--- Puts tensors of the same first size together; datasets and plain arrays may be among them.
---@param ... dgraph.Tensor|dgraph.Dataset|any[]
---@return dgraph.TupleDataset
local function new(...)
  local parts = { ... }
  if #parts == 0 then errors.raise "TupleDataset: at least one tensor is needed" end
  local length = access.length(parts[1], "TupleDataset")
  for k, part in ipairs(parts) do
    if access.length(part, "TupleDataset") ~= length then
      errors.raisef("TupleDataset: part 1 has %d examples, part %d has %d", length, k,
        access.length(part, "TupleDataset"))
    end
  end
  return DatasetMixin(setmetatable({ parts = parts }, TupleDataset))
end

return new
