--- Scopes: tensors born inside one give their memory back when it closes.
local ffi = require "ffi"
local checks = require "dgraph.check"
local errors = require "dgraph.errors"
local extents = require "dgraph.extents"
local native = require "dgraph.native"

local C, is_tensor, own_copy, check = native.C, native.is_tensor, native.own_copy, native.check
-- Each name that a step looks up in a table is a constant of its trace, which has room for 500.
local select, setmetatable = select, setmetatable
local check_leaks, enter_extent, leave_extent = extents.check, extents.enter, extents.leave

---@class dgraph.OpenScope: dgraph.Extent
---@field serial number  what C calls it
---@field depth integer  how many were open before
---@field closed boolean
local OpenScope = { what = "dg.scope" }
OpenScope.__index = OpenScope

-- Those that are not open now, to be used again: a table costs more than all the rest of a scope.
local spare, spares = {}, 0

local kept, room = ffi.new("dg_tensor *[?]", 16), 16

local function grow()
  local more = ffi.new("dg_tensor *[?]", 2 * room)
  ffi.copy(more, kept, room * ffi.sizeof "void *")
  kept, room = more, 2 * room
end

local function add(count, tensor)
  if count == room then grow() end
  kept[count] = tensor
  return count + 1
end

--- Whether a returned value is a plain list, whose tensors are kept.
local function is_list(value) return type(value) == "table" and getmetatable(value) == nil end

local function gather(values, n)
  local count = 0
  for i = 1, n do
    local value = values[i]
    if is_tensor(value) then
      count = add(count, value)
    elseif is_list(value) then
      for j = 1, #value do
        if is_tensor(value[j]) then count = add(count, value[j]) end
      end
    end
  end
  return count
end

--- Gives each kept tensor a handle that owns the reference that it got.
local function adopt(values, n)
  for i = 1, n do
    local value = values[i]
    if is_tensor(value) then
      values[i] = own_copy(value)
    elseif is_list(value) then
      for j = 1, #value do
        if is_tensor(value[j]) then value[j] = own_copy(value[j]) end
      end
    end
  end
end

--- What extents does where the scope was not closed in order: nothing is kept.
function OpenScope:undo()
  native.depth = self.depth
  if self.closed then return end
  C.dg_scope_close(self.serial, nil, 0)
  C.dg_error_clear()
end

local function enter()
  local current = check_leaks()
  local serial = check(C.dg_scope_open())
  local scope = spare[spares]
  if scope then
    spare[spares] = nil
    spares = spares - 1
    scope.serial, scope.depth, scope.closed = serial, native.depth, false
  else
    -- All fields at once: a table that grows costs more. `undo` is the class's own, found sooner.
    scope = setmetatable({
      serial = serial, depth = native.depth, thread = false, is_open = false, closed = false,
      undo = OpenScope.undo,
    }, OpenScope)
  end
  enter_extent(scope, current)
  native.depth = scope.depth + 1
  return scope
end

--- Has a scope used again, once nobody will ask for it.
local function put_away(scope)
  scope.thread = false
  spares = spares + 1
  spare[spares] = scope
end

local function leave(scope, values, n)
  local count = n > 0 and gather(values, n) or 0
  if not scope.is_open then leave_extent(scope) end -- raises
  local status = C.dg_scope_close(scope.serial, kept, count)
  scope.closed = status == 0
  local message = status < 0 and ffi.string(C.dg_error_message())
  leave_extent(scope)
  if message then errors.raise("dg.scope: what is returned or kept: " .. message) end
  if count > 0 and native.depth == 0 then adopt(values, n) end
  put_away(scope)
end

--- A scope that `dg.open_scope` opened.
---@class dgraph.Scope
---@field _scope dgraph.OpenScope  another's by now where its serial is not this one's
---@field _serial number
local Scope = {}
Scope.__index = Scope

--- Closes a scope that `dg.open_scope` opened. Tensors given here live on and are returned, as
--- handles to be used from now on.
---@param ... any
---@return any ...
function Scope:close(...)
  local scope = self._scope
  if scope.closed or scope.serial ~= self._serial then
    errors.raise "dg.scope: it was closed before"
  end
  local n = select("#", ...)
  if n == 0 then return leave(scope, nil, 0) end
  local values = { ... }
  leave(scope, values, n)
  return unpack(values, 1, n)
end

local scopes = {}

--- Opens a scope: every tensor made from now on dies when `scope:close(...)` is called, except
--- those given to it. For hot loops; `dg.scope` is the safer form.
---@return dgraph.Scope
function scopes.open()
  local scope = enter()
  local handle = setmetatable({ _scope = scope, _serial = scope.serial }, Scope)
  return handle -- no tail call: the JIT compiler cannot return from that behind `enter`
end

local function finish(scope, ok, ...)
  if not ok then
    if scope.is_open then pcall(leave_extent, scope) end
    error((...), 0)
  end
  local n = select("#", ...)
  if n == 0 then return leave(scope, nil, 0) end
  local values = { ... }
  leave(scope, values, n)
  return unpack(values, 1, n)
end

-- One function for each number of arguments. `coroutine.running` cuts what the JIT compiler sees in
-- two: behind it the compiler cannot return out of a function of `...`, nor know how many they are.
local function scope0(f)
  local scope = enter()
  return finish(scope, pcall(f))
end
local function scope1(f, a)
  local scope = enter()
  return finish(scope, pcall(f, a))
end
local function scope2(f, a, b)
  local scope = enter()
  return finish(scope, pcall(f, a, b))
end
local function scope3(f, a, b, c)
  local scope = enter()
  return finish(scope, pcall(f, a, b, c))
end
local function scope4(f, a, b, c, d)
  local scope = enter()
  return finish(scope, pcall(f, a, b, c, d))
end

--- Calls `f(...)` and returns what it returns. Every tensor born inside gives its buffer back at
--- once, except what `f` returns, directly or in a plain list, and what was `:keep()`-ed. What is
--- returned has no graph any more. A handle used after its scope closed raises an error.
---@generic T
---@param f fun(...): T
---@param ... any
---@return T
function scopes.scope(f, ...)
  if type(f) ~= "function" then checks.callable(f, "dg.scope") end
  local n, a, b, c, d = select("#", ...), ...
  if n == 0 then return scope0(f) end
  if n == 1 then return scope1(f, a) end
  if n == 2 then return scope2(f, a, b) end
  if n == 3 then return scope3(f, a, b, c) end
  if n == 4 then return scope4(f, a, b, c, d) end
  return finish(enter(), pcall(f, ...))
end

-- Which handles hold a reference of their own by `keep`.
local anchors = setmetatable({}, { __mode = "k" })

--- Has a tensor outlive the scopes that are open.
---@param x dgraph.Tensor
---@return dgraph.Tensor x
function scopes.keep(x)
  if not anchors[x] then
    if C.dg_keep(x) == nil then native.raise_last() end
    anchors[x] = own_copy(x)
  end
  return x
end

--- Gives a tensor's memory back now. Its handles must not be used any more.
---@param x dgraph.Tensor
function scopes.release(x)
  check(C.dg_release(x))
  local anchor = anchors[x]
  anchors[x] = nil
  ffi.gc(anchor or x, nil)
end

return scopes
