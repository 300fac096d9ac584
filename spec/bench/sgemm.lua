--- Products of square matrices.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F = dg.functions

for _, n in ipairs { 64, 256, 1024 } do
  local a, b = dg.randn(n, n), dg.randn(n, n)
  measure.time(("sgemm_%d"):format(n), "us", function()
    local scope = dg.open_scope()
    F.matmul(a, b)
    scope:close()
  end)
end
