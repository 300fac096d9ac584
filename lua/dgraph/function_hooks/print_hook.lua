--- Prints each function, with what goes in and what comes out. Source: Chainer.
local FunctionHook = require "dgraph.function_hooks.function_hook"
local check = require "dgraph.check"

---@class dgraph.PrintHook: dgraph.FunctionHook
---@overload fun(options?: dgraph.PrintHookOptions): dgraph.PrintHook
local PrintHook = FunctionHook:extend("PrintHook")
PrintHook.name = "PrintHook"

---@class dgraph.PrintHookOptions
---@field file? file*|{ write: function }  standard output by default
---@field values? boolean  the elements, abridged, beside dtypes and shapes; true by default

---@param options? dgraph.PrintHookOptions
function PrintHook:init(options)
  options = check.options(options, "PrintHook", { file = true, values = true })
  self._file, self._values = options.file or io.stdout, options.values ~= false
end

--- "x  {1, 2} float32 2"; a tensor whose elements are gone has dtype and shape.
local function describe(self, x)
  if not x then return "none" end
  local name = x.name and x.name .. "  " or ""
  local ok, text = pcall(tostring, x)
  if self._values and ok then return name .. text end
  return name .. x.label
end

local function write(self, title, fn, what, list)
  local place = fn.where and "  at " .. fn.where or ""
  local node = fn.is_backward and fn.node.name
  local inner = node and node ~= fn.name and (" (%s)"):format(node) or ""
  self._file:write(title, " ", fn.name, inner, place, "\n")
  for i, x in ipairs(list) do
    local text = describe(self, x):gsub("\n", "\n    ")
    self._file:write(("  %s %d: %s\n"):format(what, i, text))
  end
end

function PrintHook:forward_preprocess(fn) write(self, "forward", fn, "input", fn.inputs) end

function PrintHook:forward_postprocess(fn)
  for i, y in ipairs(fn.outputs) do
    self._file:write(("  output %d: %s\n"):format(i, (describe(self, y):gsub("\n", "\n    "))))
  end
end

function PrintHook:backward_preprocess(fn)
  write(self, "backward", fn, "output gradient", fn.output_gradients)
end

function PrintHook:backward_postprocess(fn)
  for i, g in ipairs(fn.input_gradients) do
    local text = describe(self, g):gsub("\n", "\n    ")
    self._file:write(("  input gradient %d: %s\n"):format(i, text))
  end
end

return PrintHook
