--- What `model:summary(input)` tells: layers, shapes, parameters, bytes, operations.
local config = require "dgraph.config"
local flops = require "dgraph.flops"
local kinds = require "dgraph.link_kinds"
local random = require "dgraph.random"
local scopes = require "dgraph.scope"
local text_table = require "dgraph.utils.text_table"
local using_hook = require("dgraph.watch.using").using_hook

---@class dgraph.SummaryRow
---@field path string  "/l1"
---@field depth integer
---@field class string  "Linear"
---@field output string  the shapes of what it returned last: "16x10"; "" if it was not called
---@field calls integer
---@field parameters integer  its own, without those of layers in it
---@field bytes integer  of these
---@field flops number  its own, in all calls
---@field is_shared boolean  it came before, under another path

---@class dgraph.Summary
---@field rows dgraph.SummaryRow[]
---@field parameters integer
---@field bytes integer  of the parameters
---@field flops number  forward
---@field result_bytes number  of the results of all operators
local Summary = {}
Summary.__index = Summary

local function shape_of(value)
  if kinds.is_tensor(value) then
    local shape = table.concat(value.shape, "x")
    return shape == "" and "scalar" or shape
  end
  if type(value) ~= "table" then return nil end
  local first = #value > 0 and shape_of(value[1])
  return first and ("%d of %s%s"):format(#value, first, #value > 1 and " ..." or "")
end

local function shapes_of(values)
  local words = {}
  for i = 1, values.n do words[#words + 1] = shape_of(values[i]) end
  return table.concat(words, ", ")
end

--- Rows for all layers, in the order of their registration.
local function make_rows(self, model)
  local by_link = {}
  for path, link in model:namedlinks() do
    local _, depth = path:gsub("/.", "")
    local row = {
      path = path, depth = depth, class = link._name, output = "", calls = 0, parameters = 0,
      bytes = 0, flops = 0, is_shared = by_link[link] ~= nil, _link = link,
    }
    by_link[link] = by_link[link] or row
    self.rows[#self.rows + 1] = row
  end
  return by_link
end

--- Counts each parameter once, where it comes first.
local function count_parameters(self)
  local seen = {}
  for _, row in ipairs(self.rows) do
    local _, params = row._link:_own_params()
    for _, param in ipairs(params) do
      if param.is_initialized and not seen[param.id] then
        seen[param.id] = true
        row.parameters, row.bytes = row.parameters + param.size, row.bytes + param.nbytes
      end
    end
    self.parameters, self.bytes = self.parameters + row.parameters, self.bytes + row.bytes
    row._link = nil
  end
end

--- Hooks that write down what happens while the model runs.
local function make_hooks(self, by_link)
  local stack = {}
  local layers = {
    watches_links = true,
    forward_preprocess = function(_, call) stack[#stack + 1] = by_link[call.link] or false end,
    forward_postprocess = function(_, call)
      local row = table.remove(stack)
      if not row then return end
      row.calls, row.output = row.calls + 1, shapes_of(call.out)
    end,
  }
  local functions = {
    forward_postprocess = function(_, fn)
      local count, row = flops.of(fn), nil
      for i = #stack, 1, -1 do row = row or stack[i] end
      if row then row.flops = row.flops + count end
      self.flops = self.flops + count
      self.result_bytes = self.result_bytes + flops.bytes(fn)
    end,
  }
  return layers, functions
end

local function run(self, model, ...)
  local by_link = make_rows(self, model)
  local layers, functions = make_hooks(self, by_link)
  using_hook(layers, using_hook, functions, model, ...)
  count_parameters(self)
end

--- One layer, as a line of the table.
local function row_text(row)
  local name = row.path:match "[^/]*$"
  local title = ("  "):rep(row.depth) .. (name ~= "" and name .. ": " or "") .. row.class
  if row.is_shared then return { title .. " (the same as above)", "", "", "", "" } end
  local times = row.calls > 1 and (" (%d calls)"):format(row.calls) or ""
  local has_params = row.parameters > 0
  return {
    title, row.output .. times, has_params and text_table.count(row.parameters) or "",
    has_params and text_table.bytes(row.bytes) or "",
    row.flops > 0 and text_table.short(row.flops) or "",
  }
end

function Summary:__tostring()
  local rows = {}
  for i, row in ipairs(self.rows) do rows[i] = row_text(row) end
  rows[#rows + 1] = false
  rows[#rows + 1] = {
    "total", text_table.bytes(self.result_bytes) .. " of results",
    text_table.count(self.parameters), text_table.bytes(self.bytes), text_table.short(self.flops),
  }
  return text_table.format({ "layer", "output", " parameters", " bytes", " FLOPs" }, rows)
end

--- Runs a copy of the model, so that neither its state nor parameters without a shape change.
---@param model dgraph.Link
---@param ... any
---@return dgraph.Summary
return function(model, ...)
  local self = setmetatable({
    rows = {}, parameters = 0, bytes = 0, flops = 0, result_bytes = 0,
  }, Summary)
  local state = random.get_state()
  local ok, message = pcall(config.test_mode, config.no_backprop_mode, scopes.scope,
    function(...) run(self, model:copy "share", ...) end, ...)
  random.set_state(state)
  if not ok then error(message, 0) end
  return self
end
