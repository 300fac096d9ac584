--- The state folder of a model: checkpoints, and the journals of what was learnt since.
--
-- The journals of epoch E hold what was learnt after checkpoint E and before checkpoint E + 1. A
-- step and its record are made while others may do the same; a checkpoint takes its copy, and
-- raises the epoch, while nobody does. So each record is either in the checkpoint or in a file of
-- its epoch or a later one, never both.
local ffi = require "ffi"
local buffer = require "dgraph.utils.buffer"
local clock = require "dgraph.utils.clock"
local files = require "dgraph.utils.files"
local journal = require "resty.dgraph.journal"
local placement = require "resty.dgraph.placement"
local region = require "resty.dgraph.region"
local safetensors = require "dgraph.serializers.safetensors"
local system = require "resty.dgraph.system"

local HEADER = region.HEADER

---@class resty.dgraph.State
---@field folder string
---@field generations integer  how many checkpoints are kept
local State = {}
State.__index = State

local state = {}

local MAX_GENERATIONS = 8

--- Makes the folder where it is missing.
---@param folder string
---@param name string  of the model
---@param signature integer
---@param generations? integer  3 by default
---@return resty.dgraph.State? state
---@return string? message
function state.open(folder, name, signature, generations)
  local path = folder .. "/" .. name
  local done, message = files.make_folder(path)
  if not done then return nil, message end
  system.give(path, folder)
  path = system.realpath(path)
  return setmetatable({
    folder = path, file = path .. "/checkpoint.safetensors", signature = signature,
    generations = math.min(generations or 3, MAX_GENERATIONS),
  }, State)
end

-- Who may write --------------------------------------------------------------------------------

--- Whether this is `nginx -t`, which must neither wait nor change anything.
function state.is_only_testing()
  local file = io.open("/proc/self/cmdline", "rb")
  if not file then return false end
  local line = file:read "*a"
  file:close()
  for argument in line:gmatch "[^%z]+" do
    if argument:find "^%-[^cgpes]*[tT]" and not argument:find("^%-%-") then return true end
  end
  return false
end

--- Makes this nginx the one that writes here. The lock belongs to the master and all that it forks,
--- and to the binary that it is upgraded to.
---@param seconds number  how long to wait for another one to end
---@return boolean owned
function State:own(seconds)
  local path = self.folder .. "/lock"
  self._lock = self._lock or system.find_open(path)
  if not self._lock then self._lock = system.open_lock(path) end
  if not self._lock then return false end
  local finish = clock() + seconds
  while not system.try_lock(self._lock, 0) do
    if clock() >= finish then return false end
    system.pause(0.02)
  end
  return true
end

-- Checkpoints ----------------------------------------------------------------------------------

--- Copies the tensors and begins a new epoch. Nobody may learn meanwhile.
---@param memory resty.dgraph.Region
---@return table? copy
---@return string? message
function State:copy(memory)
  if not self._copy then
    local message
    self._copy, message = buffer.new(memory.tensor_bytes)
    if not self._copy then return nil, message end
  end
  ffi.copy(self._copy, memory.live, memory.tensor_bytes)
  local header = memory.header
  header[HEADER.epoch] = header[HEADER.epoch] + 1
  return { bytes = self._copy, epoch = header[HEADER.epoch], steps = memory:steps() }
end

--- The epochs of the checkpoints that are kept, newest first.
local function kept_epochs(header, newest, count)
  local list = { newest }
  for i = 0, count - 2 do
    local epoch = header[HEADER.epochs + i]
    if epoch > 0 then list[#list + 1] = epoch end
  end
  return list
end

--- Notes which they are.
local function remember(header, epochs)
  for i = 0, MAX_GENERATIONS - 1 do header[HEADER.epochs + i] = epochs[i + 1] or 0 end
end

--- Writes a copy as the newest checkpoint, and removes the journals that no checkpoint needs.
---@param memory resty.dgraph.Region
---@param plan table
---@param copy table
---@return true? done
---@return string? message
function State:write(memory, plan, copy)
  local header, start = memory.header, clock()
  local epochs = kept_epochs(header, copy.epoch, self.generations)
  local tensors = placement.tensors(plan, copy.bytes, copy.bytes)
  local done, message = system.privately(safetensors.write_safetensors, self.file, tensors, {
    generations = self.generations,
    metadata = {
      ["dgraph.epochs"] = table.concat(epochs, " "), ["dgraph.steps"] = ("%.0f"):format(copy.steps),
      ["dgraph.signature"] = ("%08x"):format(self.signature),
    },
  })
  if not done then
    header[HEADER.checkpoint_failures] = header[HEADER.checkpoint_failures] + 1
    header[HEADER.failures_in_a_row] = header[HEADER.failures_in_a_row] + 1
    header[HEADER.checkpoint_failed] = ngx.time()
    memory:set_text(message)
    return nil, message
  end
  remember(header, epochs)
  header[HEADER.version] = header[HEADER.version] + 1
  header[HEADER.checkpoint_time], header[HEADER.checkpoint_epoch] = ngx.time(), copy.epoch
  header[HEADER.checkpoint_steps], header[HEADER.failures_in_a_row] = copy.steps, 0
  header[HEADER.checkpoint_bytes] = memory.tensor_bytes
  header[HEADER.checkpoint_seconds] = clock() - start
  for _, path in ipairs(journal.list(self.folder)) do
    if journal.epoch_of(path) < epochs[#epochs] then system.unlink(path) end
  end
  return true
end

-- Starting -------------------------------------------------------------------------------------

--- Fills the tensors by the newest whole checkpoint; false where there is none.
---@return boolean? found
---@return string? message  why it cannot be used
function State:_load(memory, plan)
  local header = memory.header
  if not files.exists(self.file) and not files.exists(self.file .. ".1") then return false end
  local tensors, metadata, found = safetensors.read_safetensors(self.file)
  if not tensors then return nil, metadata end
  if metadata["dgraph.signature"] ~= ("%08x"):format(self.signature) then
    return nil, self.file .. ": the checkpoint of a model of other shapes, or with another "
      .. "optimizer: give the new model another name or state folder"
  end
  for key, view in pairs(placement.tensors(plan, memory.live, memory)) do
    if not tensors[key] then return nil, self.file .. ": there is no tensor " .. key end
    view:copydata(tensors[key])
  end
  local epochs = {}
  for epoch in metadata["dgraph.epochs"]:gmatch "%d+" do epochs[#epochs + 1] = tonumber(epoch) end
  remember(header, epochs)
  header[HEADER.checkpoint_epoch] = epochs[1] or 0
  header[HEADER.checkpoint_steps] = tonumber(metadata["dgraph.steps"]) or 0
  header[HEADER.checkpoint_time] = ngx.time()
  if found then
    ngx.log(ngx.ERR, "dgraph: ", found.passed_over[1], "; took ", found.file)
  end
  return true
end

--- The records that are not in the checkpoint, in the order in which they were learnt.
---@return resty.dgraph.Record[]? records
---@return string|integer message_or_last_epoch
function State:_records(from, skip_damaged, header)
  local records, last = {}, from
  for _, path in ipairs(journal.list(self.folder)) do
    local epoch = journal.epoch_of(path)
    last = math.max(last, epoch)
    if epoch >= from then
      local found, message, before = journal.read(path, self.signature)
      if not found and not skip_damaged then return nil, message end
      if not found then
        ngx.log(ngx.ERR, "dgraph: ", message, "; the rest of this file is left out")
        header[HEADER.damaged] = header[HEADER.damaged] + 1
      end
      for _, record in ipairs(found or before or {}) do
        record.epoch, record.place = epoch, #records
        records[#records + 1] = record
      end
    end
  end
  table.sort(records, function(a, b)
    if a.epoch ~= b.epoch then return a.epoch < b.epoch end
    if a.order ~= b.order then return a.order < b.order end
    return a.place < b.place
  end)
  return records, last
end

--- Learns records once more. One that the readers have no room for is no damage, but another model.
---@return integer? steps
---@return string? message
local function replay(records, learner, steps, skip_damaged)
  local left_out = 0
  for _, record in ipairs(records) do
    local fits, message = learner.input:unpack(record.input, record.input_bytes, record.count)
    if fits then
      fits, message = learner.target:unpack(record.target, record.target_bytes, record.count)
    end
    if not fits and not skip_damaged then
      return nil, ("a journal holds what the options have no room for (%s): batch, per_row, "
        .. "features and classes must not become less before it is learnt"):format(message)
    end
    if fits and learner:step(steps) then steps = steps + 1 else left_out = left_out + 1 end
  end
  if left_out > 0 then
    ngx.log(ngx.ERR, "dgraph: ", left_out, " records of the journals could not be learnt again")
  end
  return steps
end

--- Learns once more what came behind the checkpoint.
---@return integer? steps  all that the model has taken
---@return string|integer message_or_last_epoch
function State:_relearn(header, learner, skip_damaged)
  local records, last = self:_records(header[HEADER.checkpoint_epoch], skip_damaged, header)
  if not records then return nil, last end
  local steps, message = header[HEADER.checkpoint_steps], nil
  if learner.optimizer then steps, message = replay(records, learner, steps, skip_damaged) end
  if not steps then return nil, message end
  return steps, last
end

--- Brings the shared tensors to where the model was: the newest checkpoint, and what was learnt
--- since. Nobody may use them meanwhile, and the learner's readers hold other rows afterwards.
---@param memory resty.dgraph.Region
---@param plan table
---@param learner resty.dgraph.Learner
---@param skip_damaged? boolean  leave out what lies behind damage in a journal
---@return true? done
---@return string? message
function State:restore(memory, plan, learner, skip_damaged)
  local header = memory.header
  local found, message = self:_load(memory, plan)
  if found == nil then return nil, message end
  if not found then placement.fill(plan, memory.live, memory) end
  local steps, last = self:_relearn(header, learner, skip_damaged)
  if not steps then return nil, last end
  collectgarbage() -- whole journals, which workers would inherit
  header[HEADER.replayed] = steps - header[HEADER.checkpoint_steps]
  header[HEADER.steps_before] = steps - memory:sum(region.SLOT.steps)
  header[HEADER.epoch] = math.max(last, header[HEADER.epoch]) + 1
  return true
end

return state
