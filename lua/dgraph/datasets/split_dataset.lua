--- Datasets in two parts, in equal parts, and in parts to learn from and parts to validate with.
local SubDataset = require "dgraph.datasets.sub_dataset"
local access = require "dgraph.dataset.access"
local check = require "dgraph.check"
local errors = require "dgraph.errors"

local splits = {}

--- A random order of a dataset. A seed gives one that is always the same, and leaves `dg.random`
--- where it is.
local function random_order(dataset, seed, who)
  local random = require "dgraph.random"
  local length = access.length(dataset, who)
  if seed == nil then return random.permutation(length) end
  local state = random.get_state()
  random.seed(seed)
  local order = random.permutation(length)
  random.set_state(state)
  return order
end

local function split(dataset, split_at, order, who)
  local length = access.length(dataset, who)
  check.integer(split_at, who, "split_at")
  if split_at < 0 or split_at > length then
    errors.raisef("%s: split_at is %d, wanted 0 to %d", who, split_at, length)
  end
  return SubDataset(dataset, 1, split_at, order),
    SubDataset(dataset, split_at + 1, length, order)
end

--- Two parts: the first `split_at` examples, of `order` where it is given, and the others.
---@param dataset any
---@param split_at integer  how many examples the first part has
---@param order? integer[]|dgraph.Tensor
---@return dgraph.SubDataset first
---@return dgraph.SubDataset second
function splits.split_dataset(dataset, split_at, order)
  return split(dataset, split_at, order, "split_dataset")
end

--- Two parts of examples in random order.
---@param dataset any
---@param first_size integer
---@param seed? integer
---@return dgraph.SubDataset first
---@return dgraph.SubDataset second
function splits.split_dataset_random(dataset, first_size, seed)
  local order = random_order(dataset, seed, "split_dataset_random")
  return split(dataset, first_size, order, "split_dataset_random")
end

local function split_n(dataset, n, order, who)
  local length = access.length(dataset, who)
  if check.integer(n, who, "n") < 1 then errors.raisef("%s: n is %d, wanted 1 or more", who, n) end
  local size, parts = math.floor(length / n), {}
  for i = 1, n do parts[i] = SubDataset(dataset, (i - 1) * size + 1, i * size, order) end
  return parts
end

--- An array of `n` parts of one size; what is left of the dataset is in none of them.
---@param dataset any
---@param n integer
---@param order? integer[]|dgraph.Tensor
---@return dgraph.SubDataset[]
function splits.split_dataset_n(dataset, n, order)
  return split_n(dataset, n, order, "split_dataset_n")
end

--- An array of `n` parts of one size of examples in random order.
---@param dataset any
---@param n integer
---@param seed? integer
---@return dgraph.SubDataset[]
function splits.split_dataset_n_random(dataset, n, seed)
  local who = "split_dataset_n_random"
  return split_n(dataset, n, random_order(dataset, seed, who), who)
end

--- The order without the places `from` to `to`, and these behind the others.
local function turned(order, from, to, length)
  local positions = {}
  for i = 1, length do
    if i < from or i > to then positions[#positions + 1] = order and order[i] or i end
  end
  for i = from, to do positions[#positions + 1] = order and order[i] or i end
  return positions
end

local function cross_validation(dataset, n_folds, order, who)
  local length = access.length(dataset, who)
  check.integer(n_folds, who, "n_folds")
  if n_folds < 2 or n_folds > length then
    errors.raisef("%s: n_folds is %d, wanted 2 to %d, the number of examples", who, n_folds,
      length)
  end
  order = order ~= nil and access.positions(order, length, who) or nil
  local pairs_of, from = {}, 1
  for fold = 1, n_folds do
    -- The first folds have one example more where the length is no multiple.
    local size = math.floor(length / n_folds) + (fold <= length % n_folds and 1 or 0)
    local positions = turned(order, from, from + size - 1, length)
    pairs_of[fold] = { split(dataset, length - size, positions, who) }
    from = from + size
  end
  return pairs_of
end

--- For each of `n_folds` parts of a dataset a pair: the other parts to learn from, and this one to
--- validate with. Each example is in one of the second datasets.
---@param dataset any
---@param n_folds integer
---@param order? integer[]|dgraph.Tensor
---@return { [1]: dgraph.SubDataset, [2]: dgraph.SubDataset }[]
function splits.get_cross_validation_datasets(dataset, n_folds, order)
  return cross_validation(dataset, n_folds, order, "get_cross_validation_datasets")
end

--- The same with parts of examples in random order.
---@param dataset any
---@param n_folds integer
---@param seed? integer
---@return { [1]: dgraph.SubDataset, [2]: dgraph.SubDataset }[]
function splits.get_cross_validation_datasets_random(dataset, n_folds, seed)
  local who = "get_cross_validation_datasets_random"
  return cross_validation(dataset, n_folds, random_order(dataset, seed, who), who)
end

return splits
