--- What watching costs for each operator, forward and backward together: the chain of chain1000.lua
--- under hooks, in debug mode, in a profile; and a layer under a link hook. What it costs not to be
--- watched is nothing: no instruction of the library and of its Lua code looks for hooks.
local dg = require "dgraph"
local measure = require "spec.bench.measure"

local x, w, b = dg.Variable { 1 }, dg.Variable { 1 }, dg.Variable { 1e-3 }

local function chain()
  local y = x
  for _ = 1, 500 do
    y = y * w
    y = y + b
  end
  y:backward()
  x:cleargrad()
  w:cleargrad()
  b:cleargrad()
end

local function time(name)
  measure.time("watch_" .. name, "us", function() dg.scope(chain) end, 1000)
end

time "nobody"
dg.using_hook({ forward_preprocess = function() end }, time, "empty_hook")
dg.using_hook(dg.function_hooks.TimerHook(), time, "timer_hook")
dg.using_hook(dg.function_hooks.MemoryHook(), time, "memory_hook")
dg.using_config("debug", true, time, "debug")
dg.profile(time, "profile")

local layer, input = dg.L.Linear(2, 2), dg.zeros(1, 2)

local function call() layer(input) end

local function time_layer(name)
  measure.time("watch_" .. name, "us", function() dg.scope(call) end)
end

time_layer "layer_nobody"
dg.using_hook(dg.link_hooks.TimerHook(), time_layer, "layer_timer_hook")

measure.time("watch_switch", "us", function()
  dg.using_hook({ forward_preprocess = function() end }, function() end)
end)
