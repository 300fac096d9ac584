-- A training that snapshot_spec kills and starts again: lua snapshot_child.lua OUT STOP SLOWLY.
package.path = "./?.lua;lua/?.lua;lua/?/init.lua;" .. package.path
local dg = require "dgraph"
local ffi = require "ffi"
local support = require "spec.support.training"

ffi.cdef "int getpid(void); int usleep(unsigned microseconds);"

local out, stop, slowly = arg[1], tonumber(arg[2]), arg[3] == "slowly"
local extensions = dg.training.extensions
local updater, model = support.updater(3)
local trainer = dg.training.Trainer(updater, { stop, "iteration" }, out)
local log = extensions.LogReport { trigger = { 1, "iteration" }, filename = false }
trainer:extend(log)
trainer:extend(extensions.LogReport(), "means")
trainer:extend(extensions.ExponentialShift("alpha", 0.99))
trainer:extend(extensions.snapshot { n_retains = 2, autoload = true },
  { trigger = { 3, "iteration" } })
if slowly then
  print(ffi.C.getpid())
  trainer:extend(function()
    print(updater.iteration)
    io.stdout:flush()
    ffi.C.usleep(1000)
  end)
end
trainer:run()

for _, name in ipairs { "LogReport", "means" } do
  for _, entry in ipairs(trainer:get_extension(name).log) do
    print(("%s %d %.17g"):format(name, entry.iteration, entry["main/loss"]))
  end
end
print(support.bits(model))
print(("%.17g"):format(dg.random.uniform()))
