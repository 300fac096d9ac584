--- Elementwise operators with new results, not recorded: 64, 1024 and 16384 elements.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F = dg.functions

local REPEATS = 16 -- so that the scope counts little

for _, size in ipairs { 64, 1024, 16384 } do
  local x, y = dg.randn(size), dg.randn(size)
  local function time(name, f)
    measure.time(("small_%d_%s"):format(size, name), "ns", function()
      local scope = dg.open_scope()
      for _ = 1, REPEATS do f(x, y) end
      scope:close()
    end, REPEATS)
  end
  time("add", function(a, b) return a + b end)
  time("tanh", function(a) return F.tanh(a) end)
  time("exp", function(a) return F.exp(a) end)
end
