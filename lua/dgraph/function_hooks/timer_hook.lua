--- How long each function takes, forward and backward. Source: Chainer.
local FunctionHook = require "dgraph.function_hooks.function_hook"
local clock = require "dgraph.utils.clock"
local text_table = require "dgraph.utils.text_table"
local wait = require "dgraph.watch.wait"

---@class dgraph.TimerHook: dgraph.FunctionHook
---@field call_history { name: string, time: number, is_backward: boolean }[]  seconds
---@overload fun(): dgraph.TimerHook
local TimerHook = FunctionHook:extend("TimerHook")
TimerHook.name = "TimerHook"

--- What it measures is the operator and its call, without other hooks. On a card it waits for the
--- work that was queued, before and after. What was called inside a function written in Lua
--- (`dg.Function`) counts for itself, not for that function.
function TimerHook:init() self.call_history = {} end

local function start(self, fn)
  wait(fn)
  fn[self] = clock()
end

local function stop(self, fn)
  wait(fn)
  self.call_history[#self.call_history + 1] = {
    name = fn.name, time = clock() - fn[self], is_backward = fn.is_backward,
  }
end

TimerHook.forward_preprocess, TimerHook.forward_postprocess = start, stop
TimerHook.backward_preprocess, TimerHook.backward_postprocess = start, stop

--- Seconds in all functions together.
---@return number
function TimerHook:total_time()
  local total = 0
  for _, call in ipairs(self.call_history) do total = total + call.time end
  return total
end

---@class dgraph.TimerHookSummary
---@field occurrence integer  calls forward
---@field nodes integer  visits backward: several for a function that is made of others
---@field total_time number  seconds
---@field forward_time number
---@field backward_time number

--- By the name of each function, how often it was called and how long that took.
---@return table<string, dgraph.TimerHookSummary>
function TimerHook:summary()
  local by_name = {}
  for _, call in ipairs(self.call_history) do
    local sum = by_name[call.name] or {
      occurrence = 0, nodes = 0, total_time = 0, forward_time = 0, backward_time = 0,
    }
    by_name[call.name] = sum
    sum.total_time = sum.total_time + call.time
    if call.is_backward then
      sum.nodes, sum.backward_time = sum.nodes + 1, sum.backward_time + call.time
    else
      sum.occurrence, sum.forward_time = sum.occurrence + 1, sum.forward_time + call.time
    end
  end
  return by_name
end

--- The summary as a table, the most expensive function first.
---@return string
function TimerHook:report()
  local names, rows, summary, total = {}, {}, self:summary(), self:total_time()
  for name in pairs(summary) do names[#names + 1] = name end
  table.sort(names, function(a, b)
    local x, y = summary[a].total_time, summary[b].total_time
    return x > y or x == y and a < b
  end)
  for i, name in ipairs(names) do
    local sum = summary[name]
    rows[i] = {
      name, tostring(sum.occurrence), text_table.time(sum.total_time),
      ("%.1f %%"):format(total > 0 and 100 * sum.total_time / total or 0),
      text_table.time(sum.forward_time), text_table.time(sum.backward_time),
    }
  end
  local titles = { "function", " calls", " time", " share", " forward", " backward" }
  return text_table.format(titles, rows)
end

--- Writes the report.
---@param file? file*  standard output by default
function TimerHook:print_report(file) (file or io.stdout):write(self:report(), "\n") end

TimerHook.__tostring = TimerHook.report

return TimerHook
