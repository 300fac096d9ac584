--- The memory of one model that all workers share: a header, a page of counters for each worker,
--- the numbers of the page's curves, then the tensors, as they are and as they were when last found
--- good. Beside it a window of examples that are not learnt.
--
-- All that is no tensor is a double, which x86 and ARM read and write whole. A worker writes to its
-- own page only, so counters need no atomic instructions; what all write, they write under a lock.
local ffi = require "ffi"
local system = require "resty.dgraph.system"
local unroll = require "dgraph.utils.unroll"

local LAYOUT = 3 -- to be raised when anything below changes

local region = { SLOTS = 64, SERIES = 300 }

--- Names for the places of an array of doubles.
local function places(names)
  local list, at = {}, 0
  for name, width in names:gmatch "([%w_]+)%[?(%d*)%]?" do
    list[name], at = at, at + (tonumber(width) or 1)
  end
  return list, at
end

--- What the header holds. `epoch` is the number of the journals that are being written, `ready` and
--- `stepping` are flags; times are seconds since 1970.
local HEADER, header_size = places [=[
  magic ready epoch order gate stepping born taken_slots steps_before
  version checkpoint_steps checkpoint_time checkpoint_epoch checkpoint_bytes
  checkpoint_seconds checkpoint_failures checkpoint_failed failures_in_a_row
  replayed damaged good_time good_steps good_loss rollbacks
  rolled_back window_loss recoveries series_count foreign epochs[8]
]=]
region.HEADER = HEADER

--- How latencies are counted: upper bounds in seconds, powers of two from 16 us; above the last one
--- there is none.
region.BOUNDS = {}
local LOWEST, HIGHEST = 4, 20
for k = LOWEST, HIGHEST do region.BOUNDS[k - LOWEST + 1] = 2 ^ k / 1e6 end
local count_bounds = #region.BOUNDS

--- Why requests and examples are refused, in the order of their counters.
region.REASONS = {
  "token", "closed", "size", "syntax", "shape", "not_finite", "label", "gradient", "loss", "state",
  "busy", "model",
}

--- What a worker counts; `loss_sum` is the sum of all examples' losses. `predict` and `train` are
--- histograms of latencies: a count for each bound and one above. Right before one stand the sum of
--- the seconds and the responses by the class of their status: a request touches few cache lines.
local SLOT, slot_size = places [=[
  pid steps examples loss mean_loss gradient refused[12]
  journal_records journal_bytes journal_unsynced journal_failures journal_syncs
  predicted predict_2xx predict_4xx predict_5xx predict_seconds predict[18]
  train_2xx train_4xx train_5xx train_seconds train[18]
  instances_read stepping held_out since loss_sum]=]
region.SLOT = SLOT

--- One point of the curves, taken each second.
local POINT, point_size = places
  "time steps loss gradient predict_rate train_rate predict_p50 predict_p99 train_p50 train_p99"
region.POINT, region.POINT_NAMES = POINT, {
  "time", "steps", "loss", "gradient", "predict_rate", "train_rate", "predict_p50", "predict_p99",
  "train_p50", "train_p99",
}

assert(header_size <= 64 and slot_size <= 128, "resty.dgraph.region: the places are too small")
local TEXT_AT, TEXT_BYTES = 64 * 8, 512 -- why the last checkpoint failed
local HEADER_BYTES, SLOT_BYTES, WINDOW_HEAD = TEXT_AT + TEXT_BYTES, 128 * 8, 64

---@class resty.dgraph.Region
---@field header ffi.cdata*  doubles, see HEADER
---@field slots ffi.cdata*[]  doubles, see SLOT; from 1
---@field live ffi.cdata*  the tensors
---@field good ffi.cdata*  what they were when last found good
---@field window ffi.cdata*  examples that are not learnt
---@field window_count ffi.cdata*  how many were ever put there: a double
---@field tensor_bytes integer
---@field fd integer
local Region = {}
Region.__index = Region

local doubles = ffi.typeof "double *"

--- Attaches to the memory of that name, or makes it.
---@param name string  of the model
---@param signature string  what must be the same for the memory to be taken over
---@param tensor_bytes integer
---@param window_bytes integer
---@return resty.dgraph.Region? region
---@return string? message
function region.open(name, signature, tensor_bytes, window_bytes)
  local size = HEADER_BYTES + region.SLOTS * SLOT_BYTES + region.SERIES * point_size * 8
  local slots_at, series_at, live_at = HEADER_BYTES, HEADER_BYTES + region.SLOTS * SLOT_BYTES, size
  live_at = live_at + -live_at % 64
  size = live_at + 2 * tensor_bytes
  local id = ("dgraph:%s:%d:%08x"):format(name, LAYOUT, ngx.crc32_long(signature .. size))
  local memory, message = system.memory(id, size)
  if not memory then return nil, message end
  -- Of its own, so that a window of another size leaves the model where it is.
  local window
  window, message = system.memory(id .. ":" .. window_bytes, WINDOW_HEAD + window_bytes)
  if not window then return nil, message end
  local start, slots = memory.pointer, {}
  for i = 1, region.SLOTS do
    slots[i] = ffi.cast(doubles, start + slots_at + (i - 1) * SLOT_BYTES)
  end
  return setmetatable({
    memory = memory, fd = memory.fd, tensor_bytes = tensor_bytes, window_memory = window,
    header = ffi.cast(doubles, start), slots = slots,
    text = start + TEXT_AT, series = ffi.cast(doubles, start + series_at),
    live = start + live_at, good = start + live_at + tensor_bytes,
    window = window.pointer + WINDOW_HEAD, window_count = ffi.cast(doubles, window.pointer),
  }, Region)
end

--- Takes a page that no living process has, with the counts of whoever had it. Others must be kept
--- out by a lock.
---@return integer? number
function Region:claim()
  local own = system.getpid()
  for i = 1, region.SLOTS do
    local slot = self.slots[i]
    local pid = slot[SLOT.pid]
    if pid == 0 or pid == own or not system.is_alive(pid) then
      slot[SLOT.pid], slot[SLOT.stepping], slot[SLOT.since] = own, 0, ngx.time()
      slot[SLOT.journal_unsynced] = 0
      self.header[HEADER.taken_slots] = math.max(self.header[HEADER.taken_slots], i)
      return i
    end
  end
end

--- The sum of a counter over all workers, the present and the past ones.
---@param place integer
---@return number
function Region:sum(place)
  local sum = 0
  for i = 1, self.header[HEADER.taken_slots] do sum = sum + self.slots[i][place] end
  return sum
end

--- Leaves a text for other processes.
---@param text string
function Region:set_text(text)
  local size = math.min(#text, TEXT_BYTES - 1)
  ffi.copy(self.text, text, size)
  self.text[size] = 0
end

--- The text that a process has left.
---@return string
function Region:get_text() return ffi.string(self.text) end

--- How many steps the model has ever taken, those before a restart included. Each learning step
--- asks twice, so there is no loop in it.
---@return number
function Region:steps()
  local header, slots = self.header, self.slots
  local taken = header[HEADER.taken_slots]
  if taken ~= self._taken then
    self._taken = taken
    self._sum_steps = unroll("slots, at, sum", taken, "sum = sum + slots[$i][at]", "return sum")
  end
  return self._sum_steps(slots, SLOT.steps, header[HEADER.steps_before])
end

--- The counters of a histogram, summed over all workers.
---@param place integer
---@return number[] counts  one more than there are bounds
---@return number seconds  the sum
---@return number count
function Region:histogram(place)
  local counts, total, n = {}, 0, #region.BOUNDS + 1
  for k = 1, n do
    counts[k] = self:sum(place + k - 1)
    total = total + counts[k]
  end
  return counts, self:sum(place - 1), total
end

--- Where a point of the curves lies.
---@param number integer  from 0
---@return ffi.cdata*
function Region:point(number) return self.series + number % region.SERIES * point_size end

local log, ceil, min, OCTAVE = math.log, math.ceil, math.min, 1 / math.log(2)
local FIRST_BOUND = region.BOUNDS[1]

--- What a worker has counted since it last put it into its page: requests change a table of Lua,
--- which costs the interpreter less than shared memory.
---@return number[] tally  by place
function region.tally()
  local tally = {}
  for place = 0, slot_size do tally[place] = 0 end
  return tally
end

--- Adds what was counted to the page.
---@param slot ffi.cdata*
---@param tally number[]
function region.flush(slot, tally)
  for place = 0, slot_size - 1 do
    local count = tally[place]
    if count ~= 0 then
      slot[place] = slot[place] + count
      tally[place] = 0
    end
  end
end

--- Counts a response.
---@param tally number[]
---@param place integer  of the route's histogram
---@param status integer
---@param seconds number  how long it took
function region.count(tally, place, status, seconds)
  local at = place - (status < 400 and 4 or status < 500 and 3 or 2)
  tally[at] = tally[at] + 1
  tally[place - 1] = tally[place - 1] + seconds
  if seconds > FIRST_BOUND then -- most are not, and need no logarithm
    place = place + min(count_bounds, ceil(log(seconds * 1e6) * OCTAVE) - LOWEST)
  end
  tally[place] = tally[place] + 1
end

--- An estimate of a quantile, by the bounds between which it lies.
---@param counts number[]
---@param fraction number
---@return number seconds  0 where nothing was counted
function region.quantile(counts, fraction)
  local total = 0
  for k = 1, #counts do total = total + counts[k] end
  if total == 0 then return 0 end
  local below, wanted = 0, fraction * total
  for k = 1, #counts do
    if below + counts[k] >= wanted then
      local low, high = region.BOUNDS[k - 1] or 0, region.BOUNDS[k] or 2 * region.BOUNDS[k - 1]
      return low + (high - low) * (wanted - below) / counts[k]
    end
    below = below + counts[k]
  end
  return region.BOUNDS[#region.BOUNDS]
end

return region
