--- Visits a dataset as SerialIterator does, while other processes make the next batches.
local SerialIterator = require "dgraph.iterators.serial_iterator"
local batch_workers = require "dgraph.iterators.batch_workers"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local loads = require "dgraph.serializers.serializer".loads
local samplers = require "dgraph.iterators.order_samplers"
local worker = require "dgraph.utils.worker"

local WHO = "MultiprocessIterator"
local OPTIONS = { repeat_ = true, ["repeat"] = true, shuffle = true, order_sampler = true,
  n_processes = true, n_prefetch = true, shared_mem = true }
local SLOT_SIZE = 2 ^ 28
local SEEDS = 2 ^ 52
local BATCH_SEEDS = 2 ^ 32 -- those of epochs are smaller

-- What a place in the dataset consists of. The iterator itself is where the last batch was taken;
-- `_ahead` is where the next one will be asked for.
local PLACE = { "epoch", "current_position", "is_new_epoch", "_previous_epoch_detail", "_order",
  "_length", "_batches", "_sampler_state" }

---@class dgraph.MultiprocessIterator: dgraph.SerialIterator
---@field n_processes integer
---@field n_prefetch integer
local MultiprocessIterator = {}

local function copy_place(to, from)
  for _, name in ipairs(PLACE) do to[name] = from[name] end
end

--- Whether a sampler has random numbers of its own.
local function has_state(sampler) return type(sampler) == "table" and sampler._state ~= nil end

--- Goes on from a place; what was asked for ahead of it has to be dropped.
local function go_to(self, place)
  copy_place(self._ahead, place)
  if has_state(self.order_sampler) then self.order_sampler._state = place._sampler_state end
end

--- Where `_ahead` is now.
local function place_ahead(self)
  local ahead = self._ahead
  if has_state(self.order_sampler) then ahead._sampler_state = self.order_sampler._state end
  local place = {}
  copy_place(place, ahead)
  return place
end

local properties = {}

function properties:epoch_detail() return self.epoch + self.current_position / self._length end

function properties:previous_epoch_detail()
  if self._previous_epoch_detail >= 0 then return self._previous_epoch_detail end
end

function MultiprocessIterator:__index(key)
  local property = properties[key]
  if property then return property(self) end
  return MultiprocessIterator[key]
end

--- `for x, t in iterator do ... end`
function MultiprocessIterator:__call() return self:next() end

--- Forgets what the workers have made, and ends them.
function MultiprocessIterator:_drop()
  if self._workers then self._workers:stop() end
  self._workers, self._places, self._failure = nil, {}, nil
end

--- Goes back to the start of the first epoch.
function MultiprocessIterator:reset()
  self:_drop()
  self._ahead:reset()
  self._ahead._batches = 0
  copy_place(self, place_ahead(self))
end

--- Lets the workers make as many batches as there is room for.
function MultiprocessIterator:_fill()
  local ahead, workers = self._ahead, self._workers
  while workers:has_room() do
    local positions = ahead:_advance()
    if not positions then return end
    ahead._batches = ahead._batches + 1
    table.insert(self._places, place_ahead(self))
    workers:ask(positions, (self._seed + BATCH_SEEDS + ahead._batches) % SEEDS)
  end
end

--- Takes the first of the batches that were asked for, and asks for another.
function MultiprocessIterator:_taken(...)
  copy_place(self, table.remove(self._places, 1))
  -- This batch is good: an error about those to come has to wait for the next call.
  local done, message = pcall(self._fill, self)
  if not done then
    self:_drop()
    self._failure = message
  end
  return ...
end

--- The next batch, as SerialIterator gives it; nil at the end when `repeat_` is false. An error in
--- a worker is raised here; the iterator then is where it was, and may be asked again.
---@return any ...
function MultiprocessIterator:next()
  if not self.repeat_ and self.epoch > 0 then
    self:_drop()
    return nil
  end
  local failure = self._failure
  if failure then
    self:_drop()
    error(failure, 0)
  end
  if not self._workers or self._workers.stopped then
    self:_drop()
    go_to(self, self)
    self._workers = batch_workers(self.dataset, self.n_processes, self.n_prefetch, self._slot_size)
    local done, message = pcall(self._fill, self)
    if not done then
      self:_drop()
      error(message, 0)
    end
  end
  return self:_taken(self._workers:take())
end

--- Saves or restores where the iterator is: what was made ahead is made anew. All batches to come
--- are those that this iterator would have given, and so are the random numbers that they use.
---@param serializer dgraph.Serializer
function MultiprocessIterator:serialize(serializer)
  if loads(serializer) then self:_drop() end
  local ahead = place_ahead(self)
  go_to(self, self)
  self._ahead:serialize(serializer)
  self._ahead._batches = serializer("batches", self._ahead._batches)
  self._seed = serializer("seed", self._seed)
  if loads(serializer) then
    copy_place(self, place_ahead(self))
  else
    go_to(self, ahead)
  end
end

--- Ends the workers; `next` starts them anew.
function MultiprocessIterator:finalize() self:_drop() end

local function count_of(value, default, what)
  if value == nil then return default end
  if check.integer(value, WHO, what) < 1 then
    errors.raisef("%s: %s is %d, wanted 1 or more", WHO, what, value)
  end
  return value
end

--- An order for each epoch that depends on the seed and the epoch alone, however far ahead it is
--- drawn. A sampler that has a seed of its own is left alone.
local function seeded_sampler(self, sampler)
  if has_state(sampler) then return sampler end
  return function(order, position)
    local epoch = self._ahead and self._ahead.epoch or 0
    local state = { seed = (self._seed + epoch) % SEEDS, offset = 0 }
    return (samplers.with_random(state, sampler, order, position))
  end
end

--- Makes an iterator whose batches are made by `n_processes` forked processes (as many as there
--- are processors), each of them `n_prefetch` (1) batches ahead; `shared_mem` is the most bytes
--- that a batch may have (256 MiB, of which only what is used counts). The workers know the dataset
--- as it is at the first call of `next`; its tensors must be on the host. Orders, and the random
--- numbers that workers draw, follow from one seed that is taken from `dg.random`, whatever the
--- number of workers; so a seeded program gives the same batches each time. A sampler of your own
--- is asked ahead of time.
---@param dataset any
---@param batch_size integer
---@param opts? { repeat_: boolean, shuffle: boolean, order_sampler:
--- dgraph.OrderSampler|function, n_processes: integer, n_prefetch: integer, shared_mem: integer }
---@return dgraph.MultiprocessIterator
local function new(dataset, batch_size, opts)
  opts = check.options(opts, WHO, OPTIONS)
  if opts.order_sampler and opts.shuffle ~= nil then
    errors.raisef("%s: shuffle and order_sampler exclude each other", WHO)
  end
  local sampler = opts.order_sampler
  if not sampler and opts.shuffle ~= false then sampler = samplers.ShuffleOrderSampler() end
  local self = setmetatable({
    dataset = dataset,
    batch_size = batch_size,
    order_sampler = sampler,
    n_processes = count_of(opts.n_processes, worker.processors(), "n_processes"),
    n_prefetch = count_of(opts.n_prefetch, 1, "n_prefetch"),
    _slot_size = count_of(opts.shared_mem, SLOT_SIZE, "shared_mem"),
    _seed = require "dgraph".random.randint(0, SEEDS),
    _places = {},
  }, MultiprocessIterator)
  local options = { repeat_ = opts.repeat_, ["repeat"] = opts["repeat"] }
  options.order_sampler = sampler and seeded_sampler(self, sampler)
  if not sampler then options.shuffle = false end
  self._ahead = SerialIterator(dataset, batch_size, options)
  self._ahead._batches = 0
  self.repeat_ = self._ahead.repeat_
  copy_place(self, place_ahead(self))
  return self
end

return new
