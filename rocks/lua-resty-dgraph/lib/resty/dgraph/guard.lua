--- Keeps a model from being spoilt: what was last good is kept beside it, and examples that are not
--- learnt tell whether it became worse.
--
-- The window is in shared memory, as records with checksums, and all workers write to it without a
-- lock: a record that two have written at once is not whole, and left out.
local ffi = require "ffi"
local journal = require "resty.dgraph.journal"
local region = require "resty.dgraph.region"

local HEADER, SLOT = region.HEADER, region.SLOT

local guard = {}

local TOLERANCE, MARGIN, SIZE, ROOM = 0.2, 0.01, 64, 16384

--- How much memory the window takes.
---@param model resty.dgraph.Model
---@return integer bytes
function guard.bytes(model)
  local holdout, learner = model.holdout, model.learner
  if not holdout then return 0 end
  learner.input:blank()
  learner.target:blank()
  local single = 64 + learner.input:packed_size() + learner.target:packed_size()
  model.window_room = math.max(ROOM, single)
  model.window_size = holdout.size or SIZE
  return model.window_size * model.window_room
end

--- Puts the rows that were read last into the window, in the place of an older record.
---@param model resty.dgraph.Model
---@return boolean done  false: they are too large
function guard.hold_out(model)
  local learner, memory = model.learner, model.region
  local bytes, size = journal.encode(0, 0, learner.input, learner.target)
  if size > model.window_room then return false end
  local place = memory.window_count[0]
  memory.window_count[0] = place + 1
  if place >= model.window_size then place = math.random(model.window_size) - 1 end
  ffi.copy(memory.window + place * model.window_room, bytes, size)
  if model.slot then
    model.slot[SLOT.held_out] = model.slot[SLOT.held_out] + learner.input.count
  end
  return true
end

--- Fills a window that is empty with the examples that the options name.
---@param model resty.dgraph.Model
function guard.load(model)
  local holdout, learner = model.holdout, model.learner
  if not (holdout and holdout.instances) or model.region.window_count[0] > 0 then return end
  for i = 1, #holdout.instances do
    local done, message = learner.input:read(holdout.instances, i, 1)
    if done then done, message = learner.target:read(holdout.targets or {}, i, 1) end
    if not done then error("holdout: " .. message, 0) end
    guard.hold_out(model)
  end
end

--- The mean losses over the window, as the model is and as it was when last good.
---@param model resty.dgraph.Model
---@return number? now
---@return number? good
local function measure(model)
  local learner, memory, room = model.learner, model.region, model.window_room
  local used = math.min(memory.window_count[0], model.window_size)
  local copy, now, good, count = ffi.new("uint8_t[?]", room), 0, 0, 0
  for place = 0, used - 1 do
    ffi.copy(copy, memory.window + place * room, room)
    local record = journal.decode(copy, 0, room, copy)
    if record and learner.input:unpack(record.input, record.input_bytes, record.count)
        and learner.target:unpack(record.target, record.target_bytes, record.count) then
      local a, b = learner:measure(), learner:measure(true)
      if a and b then now, good, count = now + a, good + b, count + 1 end
    end
  end
  if count == 0 then return nil end
  return now / count, good / count
end

--- Takes the tensors as they are for good. Nobody may learn meanwhile.
---@param memory resty.dgraph.Region
function guard.accept(memory)
  local header = memory.header
  header[HEADER.good_time] = 0 -- so that a copy that was cut off is not taken for a good one
  ffi.copy(memory.good, memory.live, memory.tensor_bytes)
  header[HEADER.good_time], header[HEADER.good_steps] = ngx.time(), memory:steps()
end

--- Makes the tensors what they were when last good. Nobody may learn meanwhile.
---@param model resty.dgraph.Model
function guard.roll_back(model)
  local memory = model.region
  local header = memory.header
  if header[HEADER.good_time] > 0 then
    ffi.copy(memory.live, memory.good, memory.tensor_bytes)
  elseif model.state then
    local done, message = model:restore()
    if not done then error(message, 0) end
  end
  header[HEADER.rollbacks] = header[HEADER.rollbacks] + 1
  header[HEADER.rolled_back] = header[HEADER.rolled_back]
    + memory:steps() - header[HEADER.good_steps]
  header[HEADER.good_steps] = memory:steps()
end

--- Why the model has to go back, or nothing.
local function trouble(model)
  local header = model.header
  if not model.learner:is_finite() then return "a parameter is not finite" end
  if not model.holdout then return nil end
  local now, good = measure(model)
  if not now then return nil end
  header[HEADER.window_loss], header[HEADER.good_loss] = now, good
  local limit = good * (1 + (model.holdout.tolerance or TOLERANCE)) + MARGIN
  if now <= limit then return nil end
  return ("the loss of what is held out rose from %.4g to %.4g"):format(good, now)
end

--- Copying takes the time of others, so that large models are copied less often.
local function period(model)
  local bytes = model.region.tensor_bytes
  return bytes <= 2 ^ 22 and 1 or bytes <= 2 ^ 28 and 10 or 60
end

--- Counts what can tell that something happened to the tensors: steps, and what had no finite end.
local function signs(memory)
  local sum = memory:steps()
  for i, reason in ipairs(region.REASONS) do
    if reason == "loss" or reason == "gradient" or reason == "not_finite" then
      sum = sum + memory:sum(SLOT.refused + i - 1)
    end
  end
  return sum
end

--- Looks whether the model is still good, and makes it what it was if it is not.
---@param model resty.dgraph.Model
---@return boolean rolled_back
function guard.look(model)
  local header, memory = model.header, model.region
  local seen = signs(memory)
  if seen == model.signs_seen or ngx.time() - (model.looked or 0) < period(model) then
    return false
  end
  model.signs_seen, model.looked = seen, ngx.time()
  local steps = memory:steps() - header[HEADER.good_steps]
  -- All of it while nobody learns: what is accepted is what was looked at.
  local why, message = model:alone(function()
    local found = trouble(model)
    if found then guard.roll_back(model) else guard.accept(memory) end
    return found or false
  end)
  if why == nil then error(message, 0) end
  if not why then return false end
  ngx.log(ngx.ERR, "dgraph: model ", model.name, ": ", why, "; took ", steps, " steps back")
  return true
end

return guard
