--- Operators on large tensors, with new results, not recorded: 16 Mi floats, and 1 Mi.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F = dg.functions

local function time(name, unit, f, ...)
  local a, b = ...
  measure.time(name, unit, function()
    local scope = dg.open_scope()
    f(a, b)
    scope:close()
  end)
end

local function of_size(prefix, unit, x, y)
  time(prefix .. "_add", unit, function(a, b) return a + b end, x, y)
  for _, name in ipairs { "relu", "exp", "tanh", "sigmoid", "sum" } do
    time(prefix .. "_" .. name, unit, F[name], x)
  end
end

dg.seed(1)
local x, y = dg.randn(4096, 4096), dg.randn(4096, 4096)
of_size("e16m", "ms", x, y)
time("e16m_softmax", "ms", F.softmax, x)
time("e16m_sum_cols", "ms", function(a) return F.sum(a, 1) end, x)
time("e16m_transpose", "ms", function(a) return F.copy(F.transpose(a)) end, x)
of_size("e1m", "us", dg.randn(2 ^ 20), dg.randn(2 ^ 20))
