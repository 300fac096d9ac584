--- Visits the examples of a dataset in batches, epoch after epoch, in order or shuffled.
local ffi = require "ffi"

---@class dgraph.SerialIterator
---@field dataset dgraph.TupleDataset|any[]
---@field batch_size integer
---@field epoch integer  completed passes over the dataset
---@field is_new_epoch boolean  whether the last batch completed a pass
---@field epoch_detail number  `epoch` and the part of the current pass that is done
---@field previous_epoch_detail number?  `epoch_detail` before the last batch; nil before the first
---@field current_position integer  examples visited in the current pass
---@field repeat_ boolean
---@field shuffle boolean
---@overload fun(): ...
local SerialIterator = {}

local properties = {}

function properties:epoch_detail() return self.epoch + self.current_position / self._length end

function properties:previous_epoch_detail()
  if self._previous_epoch_detail >= 0 then return self._previous_epoch_detail end
end

function SerialIterator:__index(key)
  local property = properties[key]
  if property then return property(self) end
  return SerialIterator[key]
end

--- `for x, t in iterator do ... end`
function SerialIterator:__call() return self:next() end

--- A new order of the examples: an int64 tensor of positions, which outlives the scope of the step.
local function permutation(length) return require "dgraph".random.permutation(length):keep() end

--- Makes an iterator. A dataset is a plain array of examples, or an object with a length that gives
--- its examples by `dataset:batch(positions)`, as TupleDataset does.
---@param dataset dgraph.TupleDataset|any[]
---@param batch_size integer
---@param opts? { repeat_: boolean, shuffle: boolean }  both true
---@return dgraph.SerialIterator
local function new(dataset, batch_size, opts)
  opts = opts or {}
  if type(batch_size) ~= "number" or batch_size < 1 or batch_size % 1 ~= 0 then
    error("SerialIterator: the batch size is a positive integer", 2)
  end
  if #dataset == 0 then error("SerialIterator: the dataset is empty", 2) end
  local self = setmetatable({
    dataset = dataset,
    batch_size = batch_size,
    repeat_ = opts.repeat_ ~= false and opts["repeat"] ~= false,
    shuffle = opts.shuffle ~= false,
    _length = #dataset,
  }, SerialIterator)
  self:reset()
  return self
end

--- Goes back to the start of the first epoch.
function SerialIterator:reset()
  self.epoch, self.current_position, self.is_new_epoch = 0, 0, false
  self._previous_epoch_detail = -1
  self._order = self.shuffle and permutation(self._length) or nil
end

--- Appends the positions of `count` examples from the current one on.
function SerialIterator:_take(positions, count)
  local order = self._order and self._order:pointer()
  for i = self.current_position, self.current_position + count - 1 do
    positions[#positions + 1] = order and tonumber(order[i]) or i + 1
  end
  self.current_position = self.current_position + count
end

--- Advances by one batch and returns the positions in it; nil when the examples are used up.
function SerialIterator:_advance()
  if not self.repeat_ and self.epoch > 0 then return nil end
  self._previous_epoch_detail = self.epoch_detail
  self.is_new_epoch = false
  local positions = {}
  while #positions < self.batch_size do
    self:_take(positions,
      math.min(self.batch_size - #positions, self._length - self.current_position))
    if self.current_position == self._length then
      self.epoch, self.current_position, self.is_new_epoch = self.epoch + 1, 0, true
      if not self.repeat_ then break end
      if self.shuffle then self._order = permutation(self._length) end
    end
  end
  return positions
end

--- The next batch: one tensor for each part of a TupleDataset, an array of examples otherwise; nil
--- at the end when `repeat_` is false. The last batch of an epoch is filled up from the next one
--- when it repeats, and short when it does not.
---@return any ...
function SerialIterator:next()
  local positions = self:_advance()
  if not positions then return nil end
  local dataset = self.dataset
  if type(dataset) ~= "table" or dataset.batch then return dataset:batch(positions) end
  local examples = {}
  for i, position in ipairs(positions) do examples[i] = dataset[position] end
  return examples
end

--- Copies positions, shifted: they count from 1 here, and from 0 in a file as Chainer writes it.
local function shifted(order, shift)
  local copy = require "dgraph".empty(order.shape, "int64")
  local from, to = ffi.cast("const int64_t *", order:pointer()), copy:pointer()
  for i = 0, order.size - 1 do to[i] = from[i] + shift end
  return copy
end

--- Saves or restores where the iterator is, the order of the current epoch included.
---@param serializer dgraph.Serializer
function SerialIterator:serialize(serializer)
  self.current_position = serializer("current_position", self.current_position)
  self.epoch = serializer("epoch", self.epoch)
  self.is_new_epoch = serializer("is_new_epoch", self.is_new_epoch)
  self._previous_epoch_detail = serializer("previous_epoch_detail", self._previous_epoch_detail)
  if self._order then
    self._order = shifted(serializer("order", shifted(self._order, -1)), 1)
  end
end

--- Nothing has to be closed; other iterators have threads.
function SerialIterator.finalize() end

return new
