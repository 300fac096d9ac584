--- What is open now: scopes and modes, innermost last, and the coroutine that opened each.
--
-- They belong to the thread, not to a coroutine. One that is suspended inside of them would leak
-- them into whatever runs next, in nginx another request. That cannot be prevented, but it is
-- noticed when the next one is entered or the one around it is left; then the state is repaired.
local errors = require "dgraph.errors"

local running, status = coroutine.running, coroutine.status

---@class dgraph.Extent
---@field what string  "dg.scope": what errors call it
---@field undo fun(self: dgraph.Extent)  restores what was before
---@field thread thread|false  which coroutine opened it; false: none

local extents = {}

local stack, top = {}, 0

--- Tells what was opened last and is open still from all that ever was: a scope's number, as its
--- table is used again, a mode's table, or nil.
---@return number|dgraph.Extent?
function extents.innermost()
  local extent = stack[top]
  return extent and (extent.serial or extent)
end

local function is_leaked(extent, current)
  if extent.thread == current or not extent.thread then return false end
  local now = status(extent.thread)
  return now ~= "normal" and now ~= "running" -- hosts have names of their own for what is gone
end

local function pop()
  local extent = stack[top]
  stack[top] = nil
  top = top - 1
  extent.is_open = false
  extent:undo()
end

local function raise_leak(extent)
  errors.raise(extent.what .. ": a coroutine was suspended inside and did not come back; what it "
    .. "opened would leak into other work and was closed (finish before yielding)")
end

--- Closes what suspended coroutines left open, and raises an error if there was any.
local function repair(current)
  local leaked
  while top > 0 and is_leaked(stack[top], current) do
    leaked = stack[top]
    pop()
  end
  if leaked then raise_leak(leaked) end
end

--- Notices leaks before something new is opened.
---@return thread|false current  the coroutine that asks, for `extents.enter`
function extents.check()
  local current = running() or false
  if top > 0 then repair(current) end
  return current
end

--- Opens an extent. Call `extents.check` before its effect.
---@param extent dgraph.Extent
---@param current thread|false|nil  what `extents.check` gave; asking again costs more than the rest
function extents.enter(extent, current)
  if current == nil then current = running() or false end
  extent.thread = current
  extent.is_open = true
  top = top + 1
  stack[top] = extent
end

--- Leaves an extent; those inside it that are still open are closed, which is an error where a
--- coroutine is suspended in one.
---@param extent dgraph.Extent
function extents.leave(extent)
  if not extent.is_open then raise_leak(extent) end
  local leaked
  while stack[top] ~= extent do
    if is_leaked(stack[top], extent.thread) then leaked = stack[top] end
    pop()
  end
  pop()
  if leaked then raise_leak(leaked) end
end

local function finish(extent, ok, ...)
  if not ok then
    if extent.is_open then pcall(extents.leave, extent) end
    error((...), 0)
  end
  extents.leave(extent)
  return ...
end

--- Calls `f(...)` inside an extent, and leaves it afterwards, errors or not.
---@param extent dgraph.Extent
---@param current thread|false  what `extents.check` gave before the extent's effect began
---@param f function
---@param ... any
---@return any ...
function extents.within(extent, current, f, ...)
  extents.enter(extent, current)
  return finish(extent, pcall(f, ...))
end

return extents
