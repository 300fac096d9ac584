--- How many bytes each function takes, forward and backward: Chainer's CupyMemoryProfileHook, for
--- the host and for cards.
local FunctionHook = require "dgraph.function_hooks.function_hook"
local native = require "dgraph.native"
local text_table = require "dgraph.utils.text_table"

local C = native.C

---@class dgraph.MemoryHook: dgraph.FunctionHook
---@field call_history { name: string, bytes: number, is_backward: boolean }[]
---@overload fun(): dgraph.MemoryHook
local MemoryHook = FunctionHook:extend("MemoryHook")
MemoryHook.name = "MemoryHook"

--- It counts by how much the bytes of living tensors (`dg.memory()`, without the cache) have
--- changed when a function is through: results, and what is remembered for backward, which takes
--- less than 0 where backward lets go of more than it makes. One or two numbers lie in their
--- tensor's own slot and count nothing. What the garbage collector frees meanwhile counts as well:
--- measure in a scope.
function MemoryHook:init() self.call_history = {} end

local function begin(self, fn) fn[self] = C.dg_memory_live() end

local function finish(self, fn)
  self.call_history[#self.call_history + 1] = {
    name = fn.name, bytes = C.dg_memory_live() - fn[self], is_backward = fn.is_backward,
  }
end

MemoryHook.forward_preprocess, MemoryHook.forward_postprocess = begin, finish
MemoryHook.backward_preprocess, MemoryHook.backward_postprocess = begin, finish

--- Bytes that all functions together have taken.
---@return number
function MemoryHook:total_bytes()
  local total = 0
  for _, call in ipairs(self.call_history) do total = total + call.bytes end
  return total
end

---@class dgraph.MemoryHookSummary
---@field occurrence integer  calls forward
---@field forward_bytes number
---@field backward_bytes number

--- By the name of each function, how often it was called and how many bytes that took.
---@return table<string, dgraph.MemoryHookSummary>
function MemoryHook:summary()
  local by_name = {}
  for _, call in ipairs(self.call_history) do
    local sum = by_name[call.name] or { occurrence = 0, forward_bytes = 0, backward_bytes = 0 }
    by_name[call.name] = sum
    if call.is_backward then
      sum.backward_bytes = sum.backward_bytes + call.bytes
    else
      sum.occurrence, sum.forward_bytes = sum.occurrence + 1, sum.forward_bytes + call.bytes
    end
  end
  return by_name
end

--- The summary as a table, the largest first.
---@return string
function MemoryHook:report()
  local names, rows, summary = {}, {}, self:summary()
  for name in pairs(summary) do names[#names + 1] = name end
  table.sort(names, function(a, b)
    local x, y = summary[a].forward_bytes, summary[b].forward_bytes
    return x > y or x == y and a < b
  end)
  for i, name in ipairs(names) do
    local sum = summary[name]
    rows[i] = {
      name, tostring(sum.occurrence), text_table.bytes(sum.forward_bytes),
      text_table.bytes(sum.backward_bytes),
    }
  end
  return text_table.format({ "function", " calls", " forward", " backward" }, rows)
end

--- Writes the report.
---@param file? file*  standard output by default
function MemoryHook:print_report(file) (file or io.stdout):write(self:report(), "\n") end

MemoryHook.__tostring = MemoryHook.report

return MemoryHook
