--- One model of a service: predicts and learns from any worker, under the locks that it needs.
local clock = require "dgraph.utils.clock"
local build = require "resty.dgraph.build"
local guard = require "resty.dgraph.guard"
local journal = require "resty.dgraph.journal"
local learners = require "resty.dgraph.learner"
local placement = require "resty.dgraph.placement"
local region = require "resty.dgraph.region"
local state = require "resty.dgraph.state"
local system = require "resty.dgraph.system"

local HEADER, SLOT = region.HEADER, region.SLOT
local PREDICTED, predict_lists, type = SLOT.predicted, learners.predict, type

--- The bytes of the shared memory that stand for locks.
local STEP, TURN, KEEPER, SLOTS = 0, 1, 2, 3

local REASON_PLACE = {}
for i, reason in ipairs(region.REASONS) do REASON_PLACE[reason] = SLOT.refused + i - 1 end

---@class resty.dgraph.Model
---@field name string
---@field region resty.dgraph.Region
---@field learner resty.dgraph.Learner
---@field state resty.dgraph.State?  nil: nothing is kept on disk
---@field slot ffi.cdata*  this worker's counters
local Model = {}
Model.__index = Model

local model = {
  BODY = 2 ^ 20, -- the most bytes of a request where options say nothing
}

--- Brings the tensors to where the state folder says they were. Nobody may use them meanwhile.
---@return true? done
---@return string? message
function Model:restore()
  return self.state:restore(self.region, self.plan, self.learner, self.skip_damaged)
end

-- Making ---------------------------------------------------------------------------------------

--- What the memory holds when it is new: the checkpoint and what was learnt since, or what the
--- model was made with.
local function start(self)
  local header, testing = self.header, state.is_only_testing()
  if self.state and not testing then
    header[HEADER.foreign] = self.state:own(3) and 0 or 1
  end
  if self.state then
    if testing then -- only whether the model can be made
      placement.fill(self.plan, self.region.live, self.region)
    else
      local done, message = self:restore()
      if not done then return nil, message end
    end
  else
    placement.fill(self.plan, self.region.live, self.region)
    header[HEADER.epoch] = 1
  end
  guard.accept(self.region)
  header[HEADER.born], header[HEADER.ready] = ngx.time(), 1
  return true
end

local function make(self, given, service)
  self.learner = build.learner(given, self.batch, service.body or model.BODY)
  self.batch = self.learner.input.room
  local plan, message = placement.plan(self.learner.link, self.learner.optimizer)
  if not plan then error(message, 0) end
  self.plan = plan
  local text = placement.signature(plan)
  self.signature = ngx.crc32_long(text)
  local folder = service.state
  if folder then
    if folder:sub(1, 1) ~= "/" then folder = ngx.config.prefix() .. folder end
    self.state, message = state.open(folder, self.name, self.signature, service.generations)
    if not self.state then error(message, 0) end
  end
  local window = guard.bytes(self)
  local where = self.state and self.state.folder or ""
  self.region, message = region.open(self.name, text .. "\n" .. where, plan.bytes, window)
  if not self.region then error(message, 0) end
  self.header = self.region.header
  self.learner:move(plan, self.region)
end

--- Makes a model, or takes over the one that this nginx has in its memory. For `init_by_lua`.
---@param name string
---@param given table  its options
---@param service table  those of the service
---@return resty.dgraph.Model? model
---@return string? message
function model.new(name, given, service)
  local self = setmetatable({
    name = name, options = given, exact = given.exact or false,
    fsync = service.fsync or "everysec", batch = given.batch or 1024,
    step_size = given.step or 32, budget = (given.budget_us or 2000) / 1e6,
    gather = given.gather_us or false, appended = 0, synced = 0,
    skip_damaged = service.skip_damaged,
    holdout = given.holdout, _until_held_out = given.holdout and given.holdout.every,
    tally = region.tally(), _queue = {}, _queue_room = given.queue or 1000,
  }, Model)
  local ok, message = pcall(make, self, given, service)
  if not ok then return nil, ("model %s: %s"):format(name, tostring(message)) end
  if self.header[HEADER.ready] ~= 1 then
    ok, message = start(self)
    if not ok then return nil, ("model %s: %s"):format(name, message) end
  end
  ok, message = pcall(guard.load, self)
  if not ok then return nil, ("model %s: %s"):format(name, message) end
  return self
end

--- Takes this worker's place. For `init_worker_by_lua`.
---@return true? done
---@return string? message
function Model:attach()
  local fd, message = system.reopen(self.region.fd)
  if not fd then return nil, message end
  self.fd = fd
  system.lock(fd, SLOTS)
  local number = self.region:claim()
  system.unlock(fd, SLOTS)
  if not number then return nil, "there are more workers than places" end
  self.number, self.slot = number, self.region.slots[number]
  if self.state then self.journal = journal.writer(self.state.folder, self.signature, number) end
  return true
end

-- Locks ----------------------------------------------------------------------------------------

--- A step of the exact mode that was never finished has left tensors between two states.
local function recover(self)
  local header = self.header
  header[HEADER.recoveries] = header[HEADER.recoveries] + 1
  ngx.log(ngx.ERR, "dgraph: model ", self.name, ": a worker died within a step; going back to what "
    .. "was learnt before it")
  local ok, done, message = true, nil, "there is no state folder"
  if self.state then ok, done, message = pcall(self.restore, self) end
  if not ok then done, message = nil, done end
  if not done then
    ngx.log(ngx.ERR, "dgraph: model ", self.name, ": ", message, "; taking what was last good")
    guard.roll_back(self)
  end
  header[HEADER.stepping] = 0
end

--- Before a step: alone in the exact mode, beside others otherwise, and never while a checkpoint
--- takes its copy. Gives true where there was a recovery, which used the readers.
local function enter(self)
  local header = self.header
  if header[HEADER.gate] ~= 0 then
    system.lock_shared(self.fd, TURN)
    system.unlock(self.fd, TURN)
  end
  if self.exact then
    system.lock(self.fd, STEP)
    local is_cut_off = header[HEADER.stepping] ~= 0
    if is_cut_off then recover(self) end
    header[HEADER.stepping] = 1
    return is_cut_off
  end
  system.lock_shared(self.fd, STEP)
  return false
end

local function leave(self)
  if self.exact then self.header[HEADER.stepping] = 0 end
  system.unlock(self.fd, STEP)
end

--- Calls `f(self)` while nobody learns.
---@return any ...
function Model:alone(f)
  local header = self.header
  header[HEADER.gate] = 1
  system.lock(self.fd, TURN)
  system.lock(self.fd, STEP)
  if self.exact and header[HEADER.stepping] ~= 0 then recover(self) end
  local ok, result, message = pcall(f, self)
  system.unlock(self.fd, STEP)
  header[HEADER.gate] = 0
  system.unlock(self.fd, TURN)
  if not ok then return nil, tostring(result) end
  return result, message
end

--- Becomes the worker that looks after the model, where no other is.
---@return boolean
function Model:keep()
  self.is_keeper = self.is_keeper or system.try_lock(self.fd, KEEPER)
  return self.is_keeper
end

--- Has another worker look after the model.
function Model:stop_keeping()
  if self.is_keeper then system.unlock(self.fd, KEEPER) end
  self.is_keeper = false
end

--- Takes the state folder over once the server that had it is gone, and what it has learnt.
function Model:own_folder()
  local header = self.header
  if not self.state or header[HEADER.foreign] == 0 or not self.state:own(0) then return end
  local done, message = self:alone(self.restore)
  if done then header[HEADER.foreign] = 0
  else ngx.log(ngx.ERR, "dgraph: model ", self.name, ": ", message)
  end
end

-- Counting -------------------------------------------------------------------------------------

--- Counts what was refused, and passes it on.
---@param message string
---@param reason string
---@return nil
---@return string message
---@return string reason
function Model:refuse(message, reason)
  local place = REASON_PLACE[reason]
  if place then self.tally[place] = self.tally[place] + 1 end
  return nil, message, reason
end

--- Puts what this worker has counted where all see it.
function Model:flush()
  if self.slot then region.flush(self.slot, self.tally) end
end

local function bump(slot, place, by) slot[place] = slot[place] + (by or 1) end

-- Predicting -----------------------------------------------------------------------------------

local function count_of(self, instances)
  if type(instances) ~= "table" or #instances == 0 then
    return nil, "wanted a list of instances", "shape"
  end
  if #instances > self.batch then
    return nil, ("%d instances are more than %d"):format(#instances, self.batch), "size"
  end
  return #instances
end

--- Logs what went wrong inside of a model; others get to know only that.
local function hide(self, message, reason)
  if reason == "model" then
    ngx.log(ngx.ERR, "dgraph: model ", self.name, ": ", message)
    message = "the model cannot do with this"
  elseif reason == "state" then
    ngx.log(ngx.ERR, "dgraph: model ", self.name, ": ", message)
    message = "nothing can be kept on disk, so nothing is learnt"
  end
  return self:refuse(message, reason)
end

--- The same as `predict`, but what is refused is not counted.
local function try_predict(self, instances)
  local count, message, reason = count_of(self, instances)
  if not count then return nil, message, reason end
  local learner = self.learner
  count, message, reason = learner.read(learner.input, instances, 1, count)
  if not count then return nil, message, reason end
  local predictions
  predictions, message, reason = predict_lists(learner)
  if not predictions then return nil, message, reason end
  bump(self.tally, PREDICTED, count)
  return predictions
end
Model.try_predict = try_predict

--- What the model says about a list of instances. It does not yield.
---@param instances any[]
---@return any[]? predictions
---@return string? message
---@return string? reason
function Model:predict(instances)
  local predictions, message, reason = try_predict(self, instances)
  if not predictions then return hide(self, message, reason) end
  return predictions
end
model.predict = Model.predict

--- The shape of what it answers, -1 for the number of instances.
---@return integer[]
function Model:output_shape() return { -1, unpack(self.learner.output_shape, 2) } end

--- The same for rows that `learner.input` has read already, as one list of numbers and its shape.
---@return number[]? numbers
---@return integer[]|string shape_or_message
---@return string? reason
function Model:predict_flat()
  local learner = self.learner
  local numbers, shape, reason = learner:predict_flat()
  if not numbers then return hide(self, shape, reason) end
  bump(self.tally, PREDICTED, learner.input.count)
  return numbers, shape
end

-- Learning -------------------------------------------------------------------------------------

--- The order of a record: what locks make it in the exact mode, the time otherwise.
local function next_order(self)
  if not self.exact then return clock() * 1e6 end
  local header = self.header
  header[HEADER.order] = header[HEADER.order] + 1
  return header[HEADER.order]
end

--- Puts what is going to be learnt on record; gives how many bytes.
local function record(self)
  if not self.journal then return 0 end
  local learner, slot = self.learner, self.slot
  local bytes, size = journal.encode(next_order(self), slot[SLOT.journal_records] + 1,
    learner.input, learner.target)
  local done, message = self.journal:append(self.header[HEADER.epoch], bytes, size)
  if not done then
    bump(slot, SLOT.journal_failures)
    return nil, message
  end
  return size
end

local function note(self, size, count, loss)
  local slot = self.slot
  if size > 0 then
    bump(slot, SLOT.journal_records)
    bump(slot, SLOT.journal_bytes, size)
    slot[SLOT.journal_unsynced], self.appended = 1, self.appended + 1
  end
  local mean = slot[SLOT.mean_loss]
  bump(slot, SLOT.steps)
  bump(slot, SLOT.examples, count)
  bump(slot, SLOT.loss_sum, loss * count)
  slot[SLOT.loss], slot[SLOT.gradient] = loss, self.learner.gradient
  slot[SLOT.mean_loss] = slot[SLOT.steps] == 1 and loss or mean + 0.01 * (loss - mean)
end

--- Has the readers read some of the rows.
local function read_rows(self, instances, targets, from, count)
  self.learner.input:read(instances, from, count)
  self.learner.target:read(targets, from, count)
end

--- On record first, then the step. What is refused leaves neither trace.
local function learn_on_record(self)
  local size, message = record(self)
  if not size then return nil, message, "state" end
  local loss, reason
  loss, message, reason = self.learner:step(self.region:steps())
  if loss then
    note(self, size, self.learner.input.count, loss)
  elseif size > 0 then
    self.journal:take_back(size)
  end
  return loss, message, reason
end

--- Learns rows that the readers have read. Whatever happens, the lock is given back.
local function step(self, instances, targets, from, count)
  if enter(self) then read_rows(self, instances, targets, from, count) end
  local ok, loss, message, reason = pcall(learn_on_record, self)
  leave(self)
  if not ok then return nil, tostring(loss), "model" end
  return loss, message, reason
end

--- Whether learning is possible at all.
local function check_open(self)
  if not self.learner.optimizer then return nil, "the model does not learn", "closed" end
  if not self.slot then return nil, "learning begins with init_worker", "closed" end
  if self.header[HEADER.foreign] ~= 0 then
    return nil, "another server has the state folder", "state"
  end
  return true
end

local function read_all(self, instances, targets)
  local count, message, reason = count_of(self, instances)
  if not count then return nil, message, reason end
  if type(targets) ~= "table" or #targets ~= count then
    return nil, ("wanted %d targets, one for each instance"):format(count), "shape"
  end
  -- All of it, so that no request is learnt in part because of what stands at its end.
  local learner = self.learner
  count, message, reason = learner.input:read(instances, 1, count)
  if count then count, message, reason = learner.target:read(targets, 1, count) end
  return count, message, reason
end

--- Counts down to the next example that goes to the window instead of being learnt.
local function is_held_out(self, count)
  if not self._until_held_out then return false end
  self._until_held_out = self._until_held_out - count
  if self._until_held_out > 0 then return false end
  self._until_held_out = self.holdout.every
  return true
end

--- Learns instances in several steps. `pause` is called when the budget is used up; it may yield.
local function learn_in_steps(self, instances, targets, pause, deadline)
  local count, size, sum, learnt = #instances, self.step_size, 0, 0
  local slice = clock()
  for from = 1, count, size do
    local used = clock() - slice
    if pause and used > self.budget then
      pause(used)
      slice = clock()
      if slice > deadline then
        return nil, ("out of time (%d instances were learnt)"):format(learnt), "busy"
      end
    end
    local n = math.min(size, count - from + 1)
    read_rows(self, instances, targets, from, n)
    local loss, message, reason = step(self, instances, targets, from, n)
    if not loss then
      if learnt > 0 then message = ("%s (%d instances were learnt)"):format(message, learnt) end
      return nil, message, reason
    end
    sum, learnt = sum + loss * n, learnt + n
  end
  return sum / count, learnt
end

--- Learns instances, as many steps as it takes.
---@return number? loss
---@return integer|string learnt_or_message
---@return string? reason
local function learn(self, instances, targets, pause, deadline)
  local count, message, reason = read_all(self, instances, targets)
  if not count then return nil, message, reason end
  if is_held_out(self, count) and guard.hold_out(self) then
    return self.learner:measure() or 0, 0
  end
  if count > self.step_size then
    return learn_in_steps(self, instances, targets, pause, deadline)
  end
  local loss
  loss, message, reason = step(self, instances, targets, 1, count)
  if not loss then return nil, message, reason end
  return loss, count
end

--- Waits until what this worker has appended so far is on the disk. Requests that come together
--- share one wait.
local function settle(self, may_yield)
  if not self.journal then return true end
  if self.fsync ~= "always" and not ngx.worker.exiting() then return true end
  local mine = self.appended
  if may_yield then ngx.sleep(0.001) end -- no less: nginx without a patch of OpenResty's complains
  if self.synced >= mine then return true end
  return self:sync()
end

--- Puts the journal of this worker on the disk.
---@return true? done
---@return string? message
function Model:sync()
  if not self.journal then return true end
  local upto = self.appended
  local done, message = self.journal:sync()
  if not done then
    bump(self.slot, SLOT.journal_failures)
    return nil, message
  end
  self.synced, self.slot[SLOT.journal_unsynced] = upto, 0
  bump(self.slot, SLOT.journal_syncs)
  return true
end

--- Leaves the event loop to others: five times as long as it was taken from them.
local function rest(seconds) ngx.sleep(math.max(0.001, 5 * seconds)) end

---@class resty.dgraph.Learnt
---@field loss number  the mean over the instances, each before its own step
---@field step number  how many steps the model has taken, all workers together
---@field version number  of the newest checkpoint
---@field held_out boolean?  it went to the window by which the model is judged

--- Learns instances. Where `may_yield` is true, as in the handler of a request, long work rests in
--- between. When it returns, what was learnt is as safe as `fsync` says.
---@param instances any[]
---@param targets any[]
---@param may_yield? boolean
---@param seconds? number  how long it may take, where it rests in between
---@return resty.dgraph.Learnt? learnt
---@return string? message
---@return string? reason
function Model:train(instances, targets, may_yield, seconds)
  local ok, message, reason = check_open(self)
  if not ok then return self:refuse(message, reason) end
  local broken = self.journal and self.journal.broken
  local loss, learnt
  loss, learnt, reason = learn(self, instances, targets, may_yield and rest,
    clock() + (seconds or math.huge))
  if not loss then return hide(self, learnt, reason) end
  ok, message = settle(self, may_yield)
  if ok and self.journal and self.journal.broken ~= broken then
    ok, message = nil, "the disk failed meanwhile" -- for the wait of another request
  end
  if not ok then return hide(self, message, "state") end
  return {
    loss = loss, step = self.region:steps(), version = self.header[HEADER.version],
    held_out = learnt == 0 or nil,
  }
end

-- Learning later -------------------------------------------------------------------------------

local function work_off(premature, self)
  local queue, slice = self._queue, clock()
  local item = table.remove(queue, 1)
  while item do
    local done, message = self:train(item[1], item[2])
    if not done then ngx.log(ngx.WARN, "dgraph: model ", self.name, ": ", message) end
    if not premature and clock() - slice > self.budget then break end
    item = table.remove(queue, 1)
  end
  self._working = #queue > 0
  if self._working then
    ngx.timer.at(math.max(0.001, 5 * (clock() - slice)), work_off, self)
  end
end

--- Has instances learnt soon, in slices between requests: for phases that must not wait, such as
--- log_by_lua. Nothing is promised until they are.
---@param instances any[]
---@param targets any[]
---@return true? taken
---@return string? message
---@return string? reason
function Model:later(instances, targets)
  local ok, message, reason = check_open(self)
  if not ok then return self:refuse(message, reason) end
  if #self._queue >= self._queue_room then return self:refuse("the queue is full", "busy") end
  self._queue[#self._queue + 1] = { instances, targets }
  if not self._working then
    self._working = ngx.timer.at(0.001, work_off, self) ~= nil
  end
  return true
end

return model
