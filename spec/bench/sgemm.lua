--- Products of square matrices, in GFLOP/s.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F = dg.functions

for _, n in ipairs { 64, 256, 1024 } do
  local a, b = dg.randn(n, n), dg.randn(n, n)
  local seconds = measure.seconds(function()
    local scope = dg.open_scope()
    F.matmul(a, b)
    scope:close()
  end)
  measure.print(("sgemm_%d"):format(n), "GFLOPs", 2 * n ^ 3 / seconds * 1e-9)
end
