--- Visits the examples of a dataset in batches, epoch after epoch, in order or shuffled.
local ffi = require "ffi"
local access = require "dgraph.dataset.access"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local samplers = require "dgraph.iterators.order_samplers"

---@class dgraph.SerialIterator
---@field dataset dgraph.TupleDataset|any[]
---@field batch_size integer
---@field epoch integer  completed passes over the dataset
---@field is_new_epoch boolean  whether the last batch completed a pass
---@field epoch_detail number  `epoch` and the part of the current pass that is done
---@field previous_epoch_detail number?  `epoch_detail` before the last batch; nil before the first
---@field current_position integer  examples visited in the current pass
---@field repeat_ boolean
---@field order_sampler dgraph.OrderSampler|function|nil  nil: the examples as they stand
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

--- An order goes with a dataset when all its positions are there.
local function check_order(order, count)
  local positions = order:pointer()
  for i = 0, order.size - 1 do
    if positions[i] < 1 or positions[i] > count then
      errors.raisef("SerialIterator: the order has the position %.0f, the dataset %d examples",
        tonumber(positions[i]), count)
    end
  end
end

--- Asks the sampler for the next order: an int64 tensor, which outlives the scope of the step.
function SerialIterator:_sample(order)
  local dg = require "dgraph"
  local drawn = self.order_sampler(order, self.current_position)
  if type(drawn) == "table" then drawn = dg.tensor(drawn, { dtype = "int64", device = "cpu" }) end
  if not native.is_tensor(drawn) or drawn.dtype ~= "int64" or #drawn.shape ~= 1 then
    errors.raise "SerialIterator: the order sampler must return an int64 tensor or an array"
  end
  if drawn.size == 0 or self._order and drawn.size ~= self._length then
    errors.raisef("SerialIterator: the order sampler returned %d positions%s", drawn.size,
      self._order and (", the epoch before had %d"):format(self._length) or "")
  end
  check_order(drawn, access.length(self.dataset, "SerialIterator"))
  return drawn:keep()
end

--- Makes an iterator. A dataset is a plain array of examples, a tensor (its rows are the examples),
--- or an object that gives its examples by `dataset:batch(positions)`, as TupleDataset does.
--- `order_sampler` draws the order of each epoch; it takes the place of `shuffle`.
---@param dataset dgraph.Dataset|dgraph.Tensor|any[]
---@param batch_size integer
---@param opts? { repeat_: boolean, shuffle: boolean, order_sampler: dgraph.OrderSampler|function }
--- repeat_ and shuffle are true by default
---@return dgraph.SerialIterator
local function new(dataset, batch_size, opts)
  opts = check.options(opts, "SerialIterator",
    { repeat_ = true, ["repeat"] = true, shuffle = true, order_sampler = true })
  if type(batch_size) ~= "number" or batch_size < 1 or batch_size % 1 ~= 0 then
    errors.raise "SerialIterator: the batch size is a positive integer"
  end
  if opts.order_sampler and opts.shuffle ~= nil then
    errors.raise "SerialIterator: shuffle and order_sampler exclude each other"
  end
  if access.length(dataset, "SerialIterator") == 0 then
    errors.raise "SerialIterator: the dataset is empty"
  end
  local sampler = opts.order_sampler
  if not sampler and opts.shuffle ~= false then sampler = samplers.ShuffleOrderSampler() end
  local self = setmetatable({
    dataset = dataset,
    batch_size = batch_size,
    repeat_ = opts.repeat_ ~= false and opts["repeat"] ~= false,
    order_sampler = sampler,
  }, SerialIterator)
  self:reset()
  return self
end

--- Goes back to the start of the first epoch.
function SerialIterator:reset()
  self.epoch, self.current_position, self.is_new_epoch = 0, 0, false
  self._previous_epoch_detail = -1
  self._order, self._length = nil, access.length(self.dataset, "SerialIterator")
  if self.order_sampler then
    self._order = self:_sample(require "dgraph".arange(1, self._length + 1,
      { dtype = "int64", device = "cpu" }))
    self._length = self._order.size
  end
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
      if self.order_sampler then self._order = self:_sample(self._order) end
    end
  end
  return positions
end

--- The next batch: one tensor for each part of a TupleDataset, an array of examples of a plain
--- array; nil at the end when `repeat_` is false. The last batch of an epoch is filled up from the
--- next one when it repeats, and short when it does not.
---@return any ...
function SerialIterator:next()
  local positions = self:_advance()
  if not positions then return nil end
  return access.batch(self.dataset, positions)
end

--- Copies positions, shifted: they count from 1 here, and from 0 in a file as Chainer writes it.
local function shifted(order, shift)
  local copy = require "dgraph".empty(order.shape, { dtype = "int64", device = "cpu" })
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
    local order = shifted(serializer("order", shifted(self._order, -1)), 1)
    if order.size ~= self._length then
      errors.raisef("SerialIterator: an order of %d examples does not go with %d", order.size,
        self._length)
    end
    check_order(order, access.length(self.dataset, "SerialIterator"))
    self._order = order:keep()
    local sampler = self.order_sampler
    if type(sampler) == "table" and sampler.serialize then
      sampler:serialize(serializer["order_sampler"])
    end
  end
end

--- Nothing has to be closed; other iterators have threads.
function SerialIterator.finalize() end

return new
