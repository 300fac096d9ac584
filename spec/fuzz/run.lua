--- luajit spec/fuzz/run.lua FORMAT|all [SECONDS] [SEED]
-- Fuzzes the readers for some seconds each, 10 by default. A file that shows a fault is kept under
-- build/fuzz, and the exit status is 1.

local fuzz = require "spec.fuzz.fuzz"
local formats = require "spec.fuzz.formats"

local wanted, seconds, seed = arg[1] or "all", tonumber(arg[2] or 10), tonumber(arg[3] or os.time())

local names = {}
for name in pairs(formats) do
  if wanted == "all" or wanted == name then names[#names + 1] = name end
end
table.sort(names)
assert(names[1], "there is no format " .. wanted)

local failed = false
for _, name in ipairs(names) do
  local finish = os.time() + seconds
  local result = fuzz(name, seed, function() return os.time() < finish end)
  print(("%-12s seed %d: %d files, %d of them accepted: %s"):format(name, seed, result.runs,
    result.accepted, result.fault or "no fault"))
  if result.fault then
    failed = true
    local path = ("build/fuzz/%s-%d"):format(name, seed)
    os.execute "mkdir -p build/fuzz"
    local file = assert(io.open(path, "wb"))
    file:write(result.text)
    file:close()
    print("  " .. path)
  end
end
os.exit(failed and 1 or 0)
