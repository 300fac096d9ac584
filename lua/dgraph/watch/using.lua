--- `dg.using_hook`: hooks that hold while a function runs.
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local extents = require "dgraph.extents"
local links = require "dgraph.watch.links"
local watch = require "dgraph.watch"

local METHODS = {
  "forward_preprocess", "forward_postprocess", "backward_preprocess", "backward_postprocess",
}

local function check_hook(hook)
  if type(hook) ~= "table" then
    errors.raisef("dg.using_hook: a hook is a table of functions, got %s", check.spell(hook))
  end
  for _, method in ipairs(METHODS) do
    if type(hook[method]) == "function" then return end
  end
  errors.raisef("dg.using_hook: a hook has one at least of the functions %s",
    table.concat(METHODS, ", "))
end

local Using = { what = "dg.using_hook" }
Using.__index = Using

function Using:undo()
  self.watch.remove(self.hook)
  if self.hook.deleted then self.hook:deleted() end
end

local using = {}

--- Calls `f(...)` while a hook watches: one of `dg.function_hooks` or `dg.link_hooks`, or a table
--- of your own. It is taken off afterwards, errors or not; hooks may be used inside each other.
---
--- A table of your own has any of these functions; each gets the table and what is applied:
--- `forward_preprocess(hook, fn)` and `forward_postprocess(hook, fn)` around every operator that
--- Lua calls, `backward_preprocess(hook, fn)` and `backward_postprocess(hook, fn)` around every
--- node that a walk visits. `fn` has name, where ("train.lua:12"), inputs, outputs, node,
--- is_backward, output_gradients, input_gradients (`dgraph.Application`). Its tensors live as long
--- as the call of the hook: `:keep()` what is to stay. Chainer gives inputs and gradients as
--- further arguments. Operators that a hook calls are not watched. An error in a hook ends the
--- operator or the walk with that error, and leaves everything else as an error of the operator
--- would. `added(hook)` and `deleted(hook)` are called at the beginning and the end.
---
--- Without a hook this costs nothing: no instruction looks for one. With one an operator costs
--- about 15 us more, forward and backward together, and the call of a layer 2 (TimerHook 19 and
--- MemoryHook 20, a profile 29, debug mode 15; on an AMD EPYC, by `luajit spec/bench/watch.lua`).
--- When the first hook comes and when the last one goes, all traces of the JIT compiler are
--- dropped.
---@param hook table
---@param f function
---@param ... any
---@return any ...
function using.using_hook(hook, f, ...)
  check_hook(hook)
  check.callable(f, "dg.using_hook")
  local current = extents.check()
  local to = hook.watches_links and links or watch
  local extent = setmetatable({ hook = hook, watch = to, thread = false, is_open = false }, Using)
  if hook.added then hook:added() end
  to.add(hook)
  return extents.within(extent, current, f, ...)
end

return using
