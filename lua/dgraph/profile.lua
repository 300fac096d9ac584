--- `dg.profile(f, ...)`: what a function spends its time on, as a table of text and as a trace for
--- chrome://tracing, https://ui.perfetto.dev and speedscope.
local check = require "dgraph.check"
local clock = require "dgraph.utils.clock"
local errors = require "dgraph.errors"
local files = require "dgraph.utils.files"
local flops = require "dgraph.flops"
local json = require "dgraph.serializers.json"
local native = require "dgraph.native"
local text_table = require "dgraph.utils.text_table"
local using_hook = require("dgraph.watch.using").using_hook
local wait = require "dgraph.watch.wait"

local C = native.C

---@class dgraph.ProfileEvent
---@field name string  the function, or the class of a layer
---@field kind "forward"|"backward"|"update"|"layer"
---@field start number  seconds since the profile began
---@field time number  seconds
---@field own_time number  without what was called inside
---@field inputs string[]  "float32 32x784"; in backward the gradients of results
---@field outputs string[]  in backward the gradients of inputs
---@field bytes number  by how much the bytes of living tensors have changed
---@field live number  how many these are then
---@field flops number  forward; see dgraph.flops
---@field where string?  "train.lua:12"
---@field node string?  what was walked through, where that is a step of the function

---@class dgraph.Profile
---@field events dgraph.ProfileEvent[]  in the order in which they ended
---@field time number  seconds of all of it
local Profile = {}
Profile.__index = Profile

local function labels(list)
  local words = {}
  for i, x in ipairs(list or {}) do
    words[i] = native.is_tensor(x) and x.label:gsub(" $", " scalar") or "none"
  end
  return words
end

-- -- Recording -----------------------------------------------------------------------------------

--- Begins an event; the clock is read last.
local function open(self, key, live)
  self._stack[#self._stack + 1] = { key = key, live = live, inner = 0, start = clock() }
end

--- Ends it; the clock is read first. What has failed in between never ended.
local function close(self, key)
  local now = clock()
  local item
  repeat
    item = table.remove(self._stack)
  until not item or item.key == key
  local event = {
    start = item.start - self._begin, time = now - item.start,
    own_time = now - item.start - item.inner, live = C.dg_memory_live(), flops = 0,
  }
  event.bytes = event.live - item.live
  local around = self._stack[#self._stack]
  if around then around.inner = around.inner + event.time end
  self.events[#self.events + 1] = event
  return event
end

local function function_hook(self)
  local function begin(_, fn)
    wait(fn)
    open(self, fn, C.dg_memory_live())
  end
  local function finish(_, fn)
    wait(fn)
    local event = close(self, fn)
    event.name, event.where = fn.name, fn.where
    event.kind = fn.is_backward and "backward" or fn.is_update and "update" or "forward"
    if fn.is_backward then
      local node = fn.node.name
      event.node = node ~= fn.name and node or nil
      event.inputs, event.outputs = labels(fn.output_gradients), labels(fn.input_gradients)
    else
      event.inputs, event.outputs = labels(fn.inputs), labels(fn.outputs)
      event.flops = flops.of(fn)
    end
  end
  return {
    forward_preprocess = begin, forward_postprocess = finish,
    backward_preprocess = begin, backward_postprocess = finish,
  }
end

local function link_hook(self)
  return {
    watches_links = true,
    forward_preprocess = function(_, call) open(self, call, C.dg_memory_live()) end,
    forward_postprocess = function(_, call)
      local event = close(self, call)
      event.name, event.kind, event.where = call.name, "layer", errors.where()
      event.inputs, event.outputs = labels(call.args), labels(call.out)
    end,
  }
end

-- -- What it tells -------------------------------------------------------------------------------

--- Sums by function, the most expensive first. Layers are no functions.
local function sums(self)
  local by_name, list = {}, {}
  for _, event in ipairs(self.events) do
    if event.kind ~= "layer" then
      local sum = by_name[event.name]
      if not sum then
        sum = { name = event.name, calls = 0, forward = 0, backward = 0, bytes = 0, flops = 0 }
        by_name[event.name] = sum
        list[#list + 1] = sum
      end
      if event.kind == "backward" then
        sum.backward = sum.backward + event.own_time
      else
        sum.calls, sum.forward = sum.calls + 1, sum.forward + event.own_time
        sum.bytes, sum.flops = sum.bytes + event.bytes, sum.flops + event.flops
      end
    end
  end
  table.sort(list, function(a, b)
    local x, y = a.forward + a.backward, b.forward + b.backward
    return x > y or x == y and a.name < b.name
  end)
  return list
end

--- How often each function was called, its time forward and backward, its share of all that was
--- measured, the bytes that stayed after it, and its speed forward.
---@return string
function Profile:text()
  local rows, total, list = {}, { forward = 0, backward = 0, calls = 0 }, sums(self)
  for _, sum in ipairs(list) do
    for key in pairs(total) do total[key] = total[key] + sum[key] end
  end
  local all = total.forward + total.backward
  for i, sum in ipairs(list) do
    local speed = sum.forward > 0 and sum.flops > 0 and sum.flops / sum.forward
    rows[i] = {
      sum.name, tostring(sum.calls), text_table.time(sum.forward + sum.backward),
      ("%.1f %%"):format(100 * (sum.forward + sum.backward) / all), text_table.time(sum.forward),
      text_table.time(sum.backward), text_table.bytes(sum.bytes),
      speed and text_table.short(speed) or "",
    }
  end
  rows[#rows + 1] = false
  rows[#rows + 1] = {
    "total", tostring(total.calls), text_table.time(all), "", text_table.time(total.forward),
    text_table.time(total.backward),
  }
  return text_table.format({
    "function", " calls", " time", " share", " forward", " backward", " bytes", " FLOP/s",
  }, rows) .. "\n" .. text_table.time(self.time) .. " in all, hooks included"
end

Profile.__tostring = Profile.text

--- Microseconds, to the nanosecond.
local function microseconds(seconds) return math.floor(seconds * 1e9 + 0.5) / 1e3 end

local function utf8(text)
  return json.is_utf8(text) and text or (text:gsub("[\128-\255]", "?"))
end

local function metadata(name, value)
  return { ph = "M", pid = 1, tid = 1, ts = 0, name = name, args = { name = value } }
end

--- All events as JSON, in the format of Chrome's tracing: forward, backward, updates and layers as
--- bars (`cat` says which), with shapes, bytes, operations and the line in `args`; and the bytes of
--- living tensors as a curve.
---@return string
function Profile:json()
  local list = json.array { metadata("process_name", "dgraph"), metadata("thread_name", "Lua") }
  for _, event in ipairs(self.events) do
    local stop = microseconds(event.start + event.time)
    list[#list + 1] = {
      ph = "X", pid = 1, tid = 1, name = utf8(event.name), cat = event.kind,
      ts = microseconds(event.start), dur = stop - microseconds(event.start),
      args = {
        inputs = json.array(event.inputs), outputs = json.array(event.outputs),
        bytes = event.bytes, flops = event.flops, node = event.node,
        where = event.where and utf8(event.where),
      },
    }
    list[#list + 1] = {
      ph = "C", pid = 1, name = "memory", ts = stop, args = { ["live bytes"] = event.live },
    }
  end
  return json.encode { traceEvents = list, displayTimeUnit = "ms" }
end

--- Writes the trace to a file, to be opened in chrome://tracing.
---@param path string
---@return true? done
---@return string? message
function Profile:save(path) return files.write(path, self:json()) end

local function finish(self, ...)
  self.time = clock() - self._begin
  return self, ...
end

local profile = {}

--- Calls `f(...)` and notes each operator, forward and backward, each step of an optimizer and each
--- layer: when, how long, shapes, bytes, operations, and the line of the caller.
---
---     local profile = dg.profile(train)
---     print(profile)
---     profile:save "trace.json"
---
--- Times are those of the operators alone; the hooks that measure them take about 20 us for each,
--- which lie between the bars, and inside those of layers. On a card each operator is waited for.
---@param f function
---@param ... any
---@return dgraph.Profile profile
---@return any ...  what f returned
function profile.profile(f, ...)
  check.callable(f, "dg.profile")
  local self = setmetatable({ events = {}, time = 0, _stack = {}, _begin = clock() }, Profile)
  return finish(self, using_hook(link_hook(self), using_hook, function_hook(self), f, ...))
end

return profile
