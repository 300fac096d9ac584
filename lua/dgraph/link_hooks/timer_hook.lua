--- How long each layer takes, forward. Source: Chainer.
local LinkHook = require "dgraph.link_hooks.link_hook"
local clock = require "dgraph.utils.clock"
local text_table = require "dgraph.utils.text_table"

---@class dgraph.LinkTimerHook: dgraph.LinkHook
---@field call_history { name: string, time: number, depth: integer }[]  seconds
---@overload fun(): dgraph.LinkTimerHook
local TimerHook = LinkHook:extend("TimerHook")
TimerHook.name = "TimerHook"

--- The time of a layer includes that of the layers in it. Work that a card was given is not waited
--- for.
function TimerHook:init() self.call_history = {} end

function TimerHook:forward_preprocess(call) call[self] = clock() end

function TimerHook:forward_postprocess(call)
  table.insert(self.call_history, {
    name = call.name, time = clock() - call[self], depth = call.depth,
  })
end

--- Seconds in all layers together, those inside others not counted twice.
---@return number
function TimerHook:total_time()
  local total, outermost = 0, math.huge
  for _, call in ipairs(self.call_history) do outermost = math.min(outermost, call.depth) end
  for _, call in ipairs(self.call_history) do
    if call.depth == outermost then total = total + call.time end
  end
  return total
end

---@class dgraph.LinkTimerHookSummary
---@field occurrence integer
---@field total_time number  seconds

--- By the class of each layer, how often it was called and how long that took.
---@return table<string, dgraph.LinkTimerHookSummary>
function TimerHook:summary()
  local by_name = {}
  for _, call in ipairs(self.call_history) do
    local sum = by_name[call.name] or { occurrence = 0, total_time = 0 }
    by_name[call.name] = sum
    sum.occurrence, sum.total_time = sum.occurrence + 1, sum.total_time + call.time
  end
  return by_name
end

--- The summary as a table, the most expensive layer first.
---@return string
function TimerHook:report()
  local names, rows, summary = {}, {}, self:summary()
  for name in pairs(summary) do names[#names + 1] = name end
  table.sort(names, function(a, b)
    local x, y = summary[a].total_time, summary[b].total_time
    return x > y or x == y and a < b
  end)
  for i, name in ipairs(names) do
    local sum = summary[name]
    rows[i] = { name, tostring(sum.occurrence), text_table.time(sum.total_time) }
  end
  return text_table.format({ "layer", " calls", " time" }, rows)
end

--- Writes the report.
---@param file? file*  standard output by default
function TimerHook:print_report(file) (file or io.stdout):write(self:report(), "\n") end

TimerHook.__tostring = TimerHook.report

return TimerHook
