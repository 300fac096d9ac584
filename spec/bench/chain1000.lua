--- What an operator costs beside its arithmetic: 1,000 operators on tensors of one element.
local dg = require "dgraph"
local measure = require "spec.bench.measure"

local x, w, b = dg.Variable { 1 }, dg.Variable { 1 }, dg.Variable { 1e-3 }

local function chain()
  local y = x
  for _ = 1, 500 do
    y = y * w
    y = y + b
  end
  return y
end

local function forward_and_backward()
  chain():backward()
  x:cleargrad()
  w:cleargrad()
  b:cleargrad()
end

local function record() chain() end

measure.time("chain1000", "ns", function() dg.scope(forward_and_backward) end, 1000)
measure.time("chain1000_record", "ns", function() dg.scope(record) end, 1000)

local function without_record() dg.no_backprop_mode(record) end

measure.time("chain1000_nograd", "ns", function() dg.scope(without_record) end, 1000)
