--- A dataset whose examples go through a function, each time that they are asked for.
local DatasetMixin = require "dgraph.dataset.mixin"
local access = require "dgraph.dataset.access"
local check = require "dgraph.check"
local concat = require "dgraph.dataset.concat"
local errors = require "dgraph.errors"

---@class dgraph.TransformDataset: dgraph.Dataset
---@field dataset any
---@field transform fun(example: any): any
---@field converter (fun(examples: any[]): ...)|false
local TransformDataset = { name = "TransformDataset" }
TransformDataset.__index = TransformDataset

--- The number of examples.
---@return integer
function TransformDataset:len() return access.length(self.dataset, self.name) end

--- One example, transformed.
---@param i integer
---@return any
function TransformDataset:get_example(i)
  return self.transform(access.example(self.dataset, i))
end

--- The examples at some positions, transformed and put together by `converter`.
---@param positions integer[]|dgraph.Tensor
---@return any ...
function TransformDataset:batch(positions)
  local examples = self:examples(positions)
  if not self.converter then return examples end
  return self.converter(examples)
end

--- Sends the examples of a dataset, or of a plain array, through `transform(example)`. A batch is
--- made by `converter`, which is concat_examples when nil; false leaves the array of examples.
---@param dataset any
---@param transform fun(example: any): any
---@param opts? { converter: (fun(examples: any[]): ...)|false }
---@return dgraph.TransformDataset
local function new(dataset, transform, opts)
  access.length(dataset, "TransformDataset")
  if type(transform) ~= "function" and type(transform) ~= "table" then
    errors.raisef("TransformDataset: the transform must be a function, got a %s", type(transform))
  end
  opts = check.options(opts, "TransformDataset", { converter = true })
  local converter = opts.converter
  if converter == nil then converter = concat.concat_examples end
  return DatasetMixin(setmetatable({ dataset = dataset, transform = transform,
    converter = converter }, TransformDataset))
end

return new
