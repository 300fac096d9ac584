--- Worker processes that make batches ahead of time, in memory that they share with this one.
local ffi = require "ffi"
local access = require "dgraph.dataset.access"
local codec = require "dgraph.utils.codec"
local errors = require "dgraph.errors"
local worker = require "dgraph.utils.worker"

local Task = ffi.typeof "struct { double slot, count, seed; }"
local Reply = ffi.typeof "struct { double failed, size; }"

---@class dgraph.BatchWorkers
local BatchWorkers = {}
BatchWorkers.__index = BatchWorkers

--- Makes one batch in its slot, where its positions stand; returns the text of an error, if any.
local function make_batch(dataset, slot, size, task)
  local dg = require "dgraph"
  dg.seed(task.seed)
  math.randomseed(task.seed)
  local positions, from = {}, ffi.cast("double *", slot)
  for i = 1, task.count do positions[i] = from[i - 1] end
  local done, message = pcall(dg.scope, function()
    codec.encode(slot, size, access.batch(dataset, positions))
  end)
  return not done and tostring(message) or nil
end

--- What a worker does until the other process is gone.
local function work(dataset, memory, slot_size, fd)
  local dg = require "dgraph"
  dg.set_num_threads(1)
  dg.config.device = "cpu"
  local task, reply = Task(), Reply()
  while worker.receive(fd, task, ffi.sizeof(Task)) do
    local slot = memory + task.slot * slot_size
    local failure = make_batch(dataset, slot, slot_size, task)
    reply.failed, reply.size = failure and 1 or 0, 0
    if failure then
      reply.size = math.min(#failure, slot_size)
      ffi.copy(slot, failure, reply.size)
    end
    if not worker.send(fd, reply, ffi.sizeof(Reply)) then return end
  end
end

--- Starts workers.
---@param dataset any
---@param count integer  how many
---@param ahead integer  how many batches each of them makes ahead
---@param slot_size integer  the most bytes of a batch
---@return dgraph.BatchWorkers
local function new(dataset, count, ahead, slot_size)
  local self = setmetatable({ _dataset = dataset, _slots = count * ahead, _slot_size = slot_size,
    _processes = {}, _first = 0, _last = 0 }, BatchWorkers)
  local message
  self._memory, message = worker.map(self._slots * slot_size)
  if not self._memory then
    errors.raisef("MultiprocessIterator: no shared memory: %s", message)
  end
  for i = 1, count do
    self._processes[i], message = worker.start(function(fd)
      work(dataset, self._memory, slot_size, fd)
    end)
    if not self._processes[i] then
      self:stop()
      errors.raisef("MultiprocessIterator: cannot start a worker: %s", message)
    end
  end
  -- Should the iterator be forgotten, its workers go all the same.
  self._guard = newproxy(true)
  getmetatable(self._guard).__gc = function() self:stop() end
  return self
end

--- Whether another batch can be asked for.
---@return boolean
function BatchWorkers:has_room() return self._last - self._first < self._slots end

--- The slot of a batch, and the worker that makes it: both go round.
function BatchWorkers:_place(number)
  local slot = number % self._slots
  return slot, self._processes[number % #self._processes + 1], self._memory + slot * self._slot_size
end

--- Ends all workers because of one that died.
function BatchWorkers:_fail(process)
  local how
  for _, one in ipairs(self._processes) do
    local ending = worker.stop(one)
    if one == process then how = ending end
  end
  self._processes = {}
  self:stop()
  errors.raisef("MultiprocessIterator: worker process %d %s", process.id, how)
end

--- Asks for the batch of some positions.
---@param positions integer[]
---@param seed integer  what its random numbers start with
function BatchWorkers:ask(positions, seed)
  local slot, process, memory = self:_place(self._last)
  if #positions * 8 > self._slot_size then
    errors.raisef("MultiprocessIterator: a batch of %d examples needs more than the %.0f bytes of "
      .. "shared_mem", #positions, self._slot_size)
  end
  local numbers = ffi.cast("double *", memory)
  for i, position in ipairs(positions) do numbers[i - 1] = position end
  self._last = self._last + 1
  if not worker.send(process.fd, Task(slot, #positions, seed), ffi.sizeof(Task)) then
    self:_fail(process)
  end
end

--- Waits for the batch that was asked for first.
---@return any ...
function BatchWorkers:take()
  local _, process, memory = self:_place(self._first)
  local reply = Reply()
  if not worker.receive(process.fd, reply, ffi.sizeof(Reply)) then self:_fail(process) end
  self._first = self._first + 1
  if reply.failed == 1 then
    local message = ffi.string(memory, reply.size)
    self:stop()
    errors.raisef("MultiprocessIterator: %s", message)
  end
  return codec.decode(memory)
end

--- Ends the workers, and gives the memory back.
function BatchWorkers:stop()
  for _, process in ipairs(self._processes) do worker.stop(process) end
  self._processes = {}
  if self._memory then worker.unmap(self._memory, self._slots * self._slot_size) end
  self._memory, self.stopped = nil, true
end

return new
