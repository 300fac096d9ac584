--- Times a function and prints `workload,metric,value`: what the programs in this folder share.
--
--   --quick       shorter, and less sure
--   --threads 2   how many; 1 without it
--
-- With one thread it is the processor's time that counts, as other work on the machine then
-- disturbs less; with several it is the clock on the wall.
local dg = require "dgraph"
local wall_clock = require "dgraph.utils.clock"

local flags = require "dgraph.utils.flags"(arg or {}, { quick = false, threads = 1 })
local quick, clock = flags.quick, flags.threads > 1 and wall_clock or os.clock
dg.set_num_threads(flags.threads)

local BLOCKS, SECONDS, WARM_UP = quick and 5 or 9, quick and 0.02 or 0.06, quick and 0.1 or 0.3

local UNITS = { ns = 1e9, us = 1e6, ms = 1e3 }

local measure = { clock = clock }

--- Every measurement gets a loop of its own, so that the JIT compiler sees one function in it.
local LOOP = [[
local f, clock = ...
return function(n)
  local start = clock()
  for _ = 1, n do f() end
  return clock() - start
end
]]

--- Seconds for one call: the best of some blocks, after a warm-up. Other work on the machine only
--- ever adds to a time.
---@param f function
---@return number
function measure.seconds(f)
  local run = assert(loadstring(LOOP, "=loop"))(f, clock)
  local n, spent = 1, 0
  while spent < WARM_UP do
    local elapsed = run(n)
    spent = spent + elapsed
    if elapsed < SECONDS then n = 2 * n end
  end
  n = math.max(1, math.floor(n * SECONDS / run(n)))
  local best = math.huge
  for _ = 1, BLOCKS do best = math.min(best, run(n) / n) end
  return best
end

--- Prints one value.
function measure.print(workload, metric, value)
  print(("%s,%s,%.5g"):format(workload, metric, value))
  io.stdout:flush()
end

--- Times `f` and prints its time in a unit, divided by `parts`.
---@param workload string
---@param unit "ns"|"us"|"ms"
---@param f function
---@param parts? integer  how many of what is counted one call does
function measure.time(workload, unit, f, parts)
  measure.print(workload, unit, measure.seconds(f) * UNITS[unit] / (parts or 1))
end

--- The most memory that this process had resident, in MB.
---@return number
function measure.peak_rss()
  for line in io.lines "/proc/self/status" do
    local kb = line:match "^VmHWM:%s*(%d+)"
    if kb then return tonumber(kb) / 1024 end
  end
  return 0 / 0
end

return measure
