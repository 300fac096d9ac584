--- How long loading takes.
local clock = require "dgraph.utils.clock"
local start = clock()
local dg = require "dgraph"
assert(dg.functions and dg.links and dg.optimizers)
local seconds = clock() - start

local measure = require "spec.bench.measure"
measure.print("startup", "ms", seconds * 1e3)
measure.print("rss_loaded", "MB", measure.peak_rss())
