--- One batch, one step of the optimizer.
local GradientMethod = require "dgraph.optimizers.gradient_method"
local Updater = require "dgraph.training.updater"
local arguments = require "dgraph.links.arguments"
local clock = require "dgraph.utils.clock"
local convert = require "dgraph.training.convert"
local errors = require "dgraph.errors"
local traced = require "dgraph.training.traced"

---@class dgraph.StandardUpdater: dgraph.Updater
---@field converter? fun(batch: any, device?: dgraph.Device): ...
---@field device? dgraph.Device
---@field loss_func? fun(...): dgraph.Tensor
---@field auto_new_epoch boolean
---@overload fun(iterator: any, optimizer: any, ...): dgraph.StandardUpdater
local StandardUpdater = Updater:extend("StandardUpdater")

local OPTIONS = { "converter", "device", "loss_func", "loss_scale", "auto_new_epoch" }
local FROM_ITERATOR = {
  epoch = true, epoch_detail = true, previous_epoch_detail = true, is_new_epoch = true,
}

function StandardUpdater.__index(self, key)
  if FROM_ITERATOR[key] then return self._iterators.main[key] end
  return getmetatable(self)[key]
end

--- Whether something is one object, not a table of several by name.
local function is_single(value, method)
  return type(value) ~= "table" or type(value[method]) == "function"
end

--- One iterator and one optimizer, or tables of several by name, of which the one called "main" is
--- used by `update_core`. A batch goes through `converter(batch, device)`, where several values of
--- the iterator are one list; without it tensors go to the device and lists of examples are joined.
---@param iterator dgraph.SerialIterator|table<string, dgraph.SerialIterator>
---@param optimizer dgraph.Optimizer|table<string, dgraph.Optimizer>
---@param ... any  converter, device, loss_func (the target of the optimizer by default),
---  loss_scale, auto_new_epoch = true; by position, or by name in one table
function StandardUpdater:init(iterator, optimizer, ...)
  local opts = arguments.read("StandardUpdater", OPTIONS, ...)
  self._iterators = is_single(iterator, "next") and { main = iterator } or iterator
  self._optimizers = is_single(optimizer, "update") and { main = optimizer } or optimizer
  if not self._iterators.main or not self._optimizers.main then
    errors.raise "StandardUpdater: an iterator and an optimizer are needed"
  end
  self.converter, self.device, self.loss_func = opts.converter, opts.device, opts.loss_func
  self.loss_scale = opts.loss_scale
  self.auto_new_epoch = opts.auto_new_epoch ~= false
  self.iteration = 0
  for name, each in pairs(self._optimizers) do
    if not each.target then
      errors.raisef("StandardUpdater: optimizer %s has no model; setup(model) comes first", name)
    end
    if self.device ~= nil then each.target:to(self.device) end
  end
end

--- The iterator of a name.
---@param name string
---@return dgraph.SerialIterator
function StandardUpdater:get_iterator(name) return self._iterators[name] end

--- All optimizers by their names.
---@return table<string, dgraph.Optimizer>
function StandardUpdater:get_all_optimizers()
  local all = {}
  for name, optimizer in pairs(self._optimizers) do all[name] = optimizer end
  return all
end

local function loss_of(self, ...)
  if select("#", ...) == 0 then
    errors.raise "StandardUpdater: the iterator has no more batches"
  end
  local lossfun = self.loss_func or self._optimizers.main.target
  return (lossfun(...))
end

--- The loss of the next batch.
local function loss_of_next(self)
  return loss_of(self, convert(self._iterators.main, self.converter, self.device))
end

--- Scales a loss, whose gradients the optimizer is to see unscaled, for small floats.
local function scaled_backward(self)
  local optimizer, scale = self._optimizers.main, self.loss_scale
  local loss = traced(loss_of_next, self)
  optimizer.target:cleargrads()
  loss:backward { loss_scale = scale }
  for param in optimizer.target:params(false) do
    if param.grad then param.grad = param.grad / scale end
  end
  optimizer:update()
end

--- Does one step with the next batch. A class of one's own may do something else here.
function StandardUpdater:update_core()
  if self.loss_scale then return require "dgraph.scope".scope(scaled_backward, self) end
  self._optimizers.main:update(traced, loss_of_next, self)
end

--- Counts what has been done.
local function count(self)
  self.iteration = self.iteration + 1
end

local function count_epoch(self)
  if self.auto_new_epoch and self._iterators.main.is_new_epoch then
    self._optimizers.main:new_epoch()
  end
end

--- Does one update.
function StandardUpdater:update()
  self:update_core()
  if self.update_core == StandardUpdater.update_core then count_epoch(self) end
  count(self)
end

--- Whether the way from the loss back may be walked in parts.
local function is_divisible(self)
  return self.update_core == StandardUpdater.update_core and self.update == StandardUpdater.update
    and not self.loss_scale and self._optimizers.main.update == GradientMethod.update
end

--- Does a part of an update: the loss as a whole, then as much of the walk back as there is time.
---@param finish? number
---@return boolean done
function StandardUpdater:advance(finish)
  local optimizer = self._optimizers.main
  if not self._walk then
    if not finish or not is_divisible(self) then
      self:update()
      return true
    end
    local loss = traced(loss_of_next, self)
    optimizer.target:cleargrads()
    self._walk = loss:start_backward()
  end
  local left = finish and math.max((finish - clock()) * 1e6, 0)
  if not self._walk:run(left) then return false end
  self._walk = nil
  optimizer:update()
  count_epoch(self)
  count(self)
  return true
end

--- Drops a half done update, and closes the iterators.
function StandardUpdater:finalize()
  if self._walk then self._walk:close() end
  self._walk = nil
  for _, iterator in pairs(self._iterators) do
    if iterator.finalize then iterator:finalize() end
  end
end

--- Saves or loads iterators, optimizers, their models and the number of updates.
---@param serializer dgraph.Serializer
function StandardUpdater:serialize(serializer)
  for name, iterator in pairs(self._iterators) do
    iterator:serialize(serializer["iterator:" .. name])
  end
  for name, optimizer in pairs(self._optimizers) do
    optimizer:serialize(serializer["optimizer:" .. name])
    optimizer.target:serialize(serializer["model:" .. name])
  end
  self.iteration = serializer("iteration", self.iteration)
end

return StandardUpdater
