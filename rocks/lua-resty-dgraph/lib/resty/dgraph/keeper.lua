--- What happens each second: one worker looks after each model, checks it, writes checkpoints and
--- the points of the curves; all put their journals on the disk.
local clock = require "dgraph.utils.clock"
local guard = require "resty.dgraph.guard"
local region = require "resty.dgraph.region"
local system = require "resty.dgraph.system"

local HEADER, SLOT, POINT = region.HEADER, region.SLOT, region.POINT

local keeper = {}

local PERIOD, FIRST = 1, 0.1 -- seconds; what was never kept is kept soon after the start

--- The byte of the shared memory that is locked while a checkpoint is written; beside model.lua's.
local WRITER = 4

-- Checkpoints ----------------------------------------------------------------------------------

--- Writes a copy while no other process does.
local function write(model, fd, copy)
  system.lock(fd, WRITER)
  local done, message = model.state:write(model.region, model.plan, copy)
  system.unlock(fd, WRITER)
  return done, message
end

local function take_copy(model)
  if not model.state then return nil, "there is no state folder" end
  if model.header[HEADER.foreign] ~= 0 then return nil, "another server has the state folder" end
  return model:alone(function() return model.state:copy(model.region) end)
end

local function tell(model, message)
  ngx.log(ngx.ERR, "dgraph: model ", model.name, ": no checkpoint: ", message)
end

--- Writes a checkpoint now.
---@param model resty.dgraph.Model
---@return true? done
---@return string? message
function keeper.checkpoint(model)
  local copy, message = take_copy(model)
  local done
  if copy then done, message = write(model, model.fd, copy) end
  if not done then
    tell(model, message)
    return nil, message
  end
  return true
end

--- Has a process of its own write a checkpoint: writing and syncing would keep requests waiting.
local function checkpoint_beside(model)
  local copy, message = take_copy(model)
  if not copy then return tell(model, message) end
  local fd = system.reopen(model.region.fd) -- locks of its own
  local pid = fd and system.spawn(fd, function() write(model, fd, copy) end)
  if fd then system.close(fd) end
  if pid then return end
  local done
  done, message = write(model, model.fd, copy)
  if not done then tell(model, message) end
end

local function is_being_written(model)
  if not system.try_lock(model.fd, WRITER) then return true end
  system.unlock(model.fd, WRITER)
  return false
end

--- Logs what went wrong in a process that cannot.
local function tell_failures(model)
  local failures = model.header[HEADER.checkpoint_failures]
  if failures > (model.failures_told or 0) then tell(model, model.region:get_text()) end
  model.failures_told = failures
end

--- Whether a checkpoint is due: there is something new, and it is old or the journals are long.
local function is_due(model, options)
  local header, memory = model.header, model.region
  local failures = header[HEADER.failures_in_a_row]
  if failures > 0 then -- not each second on a full disk
    local wait = math.min(60, 2 ^ failures)
    return ngx.time() - header[HEADER.checkpoint_failed] >= wait
  end
  if header[HEADER.checkpoint_time] == 0 then return true end
  if memory:steps() == header[HEADER.checkpoint_steps] then return false end
  local written = memory:sum(SLOT.journal_bytes) - (model.written_before or 0)
  return ngx.time() - header[HEADER.checkpoint_time] >= (options.checkpoint_every or 60)
    or written > (options.journal_bytes or 2 ^ 24)
end

local function checkpoint_if_due(model, options, at_once)
  local header = model.header
  if not model.state or not model.learner.optimizer or header[HEADER.foreign] ~= 0 then return end
  tell_failures(model)
  if is_being_written(model) then
    model.is_wanted = model.is_wanted or at_once
    return
  end
  if not (at_once or model.is_wanted or is_due(model, options)) then return end
  model.written_before, model.is_wanted = model.region:sum(SLOT.journal_bytes), false
  checkpoint_beside(model)
end

-- Curves ---------------------------------------------------------------------------------------

local function differences(now, before)
  local list = {}
  for i = 1, #now do list[i] = now[i] - (before and before[i] or 0) end
  return list
end

--- The mean of the workers' last gradients, each as much as it has learnt since the last point.
local function mean_gradient(model)
  local memory, sum, weight = model.region, 0, 0
  model.steps_seen = model.steps_seen or {}
  for i = 1, model.header[HEADER.taken_slots] do
    local slot = memory.slots[i]
    local steps = slot[SLOT.steps] - (model.steps_seen[i] or 0)
    if steps > 0 then sum, weight = sum + steps * slot[SLOT.gradient], weight + steps end
    model.steps_seen[i] = slot[SLOT.steps]
  end
  if weight == 0 then return nil end
  return sum / weight
end

--- The running mean of the loss over all workers, as if one had learnt it all: each example since
--- the last point counts the same, whoever learnt it.
---@param model resty.dgraph.Model
---@param before number?  the mean at the last point; nil where there is none
---@return number?  nil where nothing was ever learnt
function keeper.running_loss(model, before)
  local memory, seen = model.region, model.learnt_seen
  local sum, examples = memory:sum(SLOT.loss_sum), memory:sum(SLOT.examples)
  local steps = memory:sum(SLOT.steps)
  model.learnt_seen = { sum = sum, examples = examples, steps = steps }
  -- What came before this worker looked after the model is in the last point already.
  if not seen and before then return before end
  seen = seen or { sum = 0, examples = 0, steps = 0 }
  if examples <= seen.examples then return before end
  local mean = (sum - seen.sum) / (examples - seen.examples)
  if not before or seen.examples == 0 then return mean end
  return mean + (before - mean) * 0.99 ^ (steps - seen.steps)
end

local function add_point(model)
  local memory, header = model.region, model.header
  local number = header[HEADER.series_count]
  local point, last = memory:point(number), memory:point(number - 1)
  local before = number > 0 and last[POINT.loss] or nil
  local loss, gradient = keeper.running_loss(model, before), mean_gradient(model)
  local predict, train = memory:histogram(SLOT.predict), memory:histogram(SLOT.train)
  local now = clock()
  local seconds = now - (model.point_clock or now - PERIOD)
  local predicts = differences(predict, model.predict_seen or predict)
  local trains = differences(train, model.train_seen or train)
  model.point_clock, model.predict_seen, model.train_seen = now, predict, train
  local function rate(counts)
    local sum = 0
    for _, count in ipairs(counts) do sum = sum + count end
    return sum / seconds
  end
  point[POINT.time], point[POINT.steps] = ngx.time(), memory:steps()
  point[POINT.loss] = loss or 0
  point[POINT.gradient] = gradient or (number > 0 and last[POINT.gradient] or 0)
  point[POINT.predict_rate], point[POINT.train_rate] = rate(predicts), rate(trains)
  point[POINT.predict_p50] = region.quantile(predicts, 0.5)
  point[POINT.predict_p99] = region.quantile(predicts, 0.99)
  point[POINT.train_p50] = region.quantile(trains, 0.5)
  point[POINT.train_p99] = region.quantile(trains, 0.99)
  header[HEADER.series_count] = number + 1
end

-- The timer ------------------------------------------------------------------------------------

local function tick_model(model, options, exiting)
  model:flush()
  if model.fsync ~= "no" or exiting then
    local done, message = model:sync()
    if not done then ngx.log(ngx.ERR, "dgraph: model ", model.name, ": ", message) end
  end
  if not model:keep() then return end
  if exiting then
    if model.learner.optimizer and model.state and model.header[HEADER.foreign] == 0
        and model.region:steps() ~= model.header[HEADER.checkpoint_steps] then
      keeper.checkpoint(model)
    end
    return model:stop_keeping()
  end
  model:own_folder()
  local rolled_back = model.learner.optimizer and guard.look(model)
  checkpoint_if_due(model, options, rolled_back and model.state)
  add_point(model)
end

local function tick(premature, service)
  local exiting = premature or ngx.worker.exiting()
  for _, model in pairs(service.models) do
    local ok, message = pcall(tick_model, model, service.options, exiting)
    if not ok then ngx.log(ngx.ERR, "dgraph: model ", model.name, ": ", message) end
  end
end

--- Begins. For `init_worker_by_lua`.
---@param service resty.dgraph.Service
---@return true? done
---@return string? message
function keeper.start(service)
  local done, message = ngx.timer.at(FIRST, tick, service)
  if done then done, message = ngx.timer.every(PERIOD, tick, service) end
  if not done then return nil, message end
  return true
end

return keeper
