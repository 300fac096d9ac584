--- The smallest graph: y = x x + x, its gradient, and nothing else.
local dg = require "dgraph"
local measure = require "spec.bench.measure"

local x = dg.Variable { 3 }

measure.time("xx_plus_x", "ns", function()
  local scope = dg.open_scope()
  local y = x * x + x
  y:backward()
  x:cleargrad()
  scope:close()
end)
