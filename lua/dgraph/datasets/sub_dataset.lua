--- A part of a dataset: a range of its examples, or of an order of them.
local DatasetMixin = require "dgraph.dataset.mixin"
local access = require "dgraph.dataset.access"
local check = require "dgraph.check"
local errors = require "dgraph.errors"

---@class dgraph.SubDataset: dgraph.Dataset
---@field dataset any
---@field start integer  the first position
---@field finish integer  the last one
---@field order integer[]?
local SubDataset = { name = "SubDataset" }
SubDataset.__index = SubDataset

--- The number of examples.
---@return integer
function SubDataset:len() return self.finish - self.start + 1 end

--- Where example `i` lies in the whole dataset.
local function position_in(self, i)
  local position = self.start + i - 1
  return self.order and self.order[position] or position
end

--- One example.
---@param i integer
---@return any
function SubDataset:get_example(i) return access.example(self.dataset, position_in(self, i)) end

--- The examples at some positions, as the whole dataset gives them.
---@param indices integer[]|dgraph.Tensor
---@return any ...
function SubDataset:batch(indices)
  local positions = {}
  for i, position in ipairs(access.positions(indices, #self, self.name)) do
    positions[i] = position_in(self, position)
  end
  return access.batch(self.dataset, positions)
end

local function check_order(order, length)
  local positions = access.positions(order, length, "SubDataset")
  if #positions ~= length then
    errors.raisef("SubDataset: the order has %d positions, the dataset %d examples", #positions,
      length)
  end
  return positions
end

--- The examples from position `start` to position `finish`, both included; with `order` those that
--- stand there in that order, which has all positions of the dataset.
---@param dataset any
---@param start integer
---@param finish integer  start - 1 for an empty part
---@param order? integer[]|dgraph.Tensor
---@return dgraph.SubDataset
local function new(dataset, start, finish, order)
  local length = access.length(dataset, "SubDataset")
  check.integer(start, "SubDataset", "start")
  check.integer(finish, "SubDataset", "finish")
  if start < 1 or finish > length or finish < start - 1 then
    errors.raisef("SubDataset: no examples %d to %d among %d", start, finish, length)
  end
  if order ~= nil then order = check_order(order, length) end
  return DatasetMixin(setmetatable({ dataset = dataset, start = start, finish = finish,
    order = order }, SubDataset))
end

return new
