--- How long loading takes: of the processor's time, as reading the files depends on the machine.
local start = os.clock()
local dg = require "dgraph"
assert(dg.functions and dg.links and dg.optimizers)
local seconds = os.clock() - start

local measure = require "spec.bench.measure"
measure.print("startup", "ms", seconds * 1e3)
measure.print("rss_loaded", "MB", measure.peak_rss())
