--- The walk back through a graph, where Lua takes part: hooks, operators written in Lua, single
--- steps, budgets. C never calls Lua; it hands such work back and is called again.
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local extents = require "dgraph.extents"
local ffi = require "ffi"
local native = require "dgraph.native"
local clock = require "dgraph.utils.clock"

local C = native.C
local FAILED, DONE, MORE = tonumber(C.DG_WALK_FAILED), tonumber(C.DG_WALK_DONE),
  tonumber(C.DG_WALK_MORE)
local CALL = tonumber(C.DG_WALK_CALL)

local walks = {
  ---@type table<number, fun(...): ...>  how operators written in Lua are run; see function.lua
  run_custom = nil,
  ---@type fun(x: dgraph.Tensor, g: dgraph.Tensor): dgraph.Tensor?
  run_hooks = nil,
}

-- -- What the caller's part of a walk is -------------------------------------------------------

--- While Lua computes gradients, C has a scope open, unless the walk itself is recorded.
local Call = { what = "backward of an operator written in Lua" }
Call.__index = Call

function Call:undo()
  native.depth = self.depth
  C.dg_mode_set(C.DG_MODE_BACKPROP, self.before)
end

local function enter(handle, doubled, in_scope)
  local call = setmetatable({ depth = native.depth, handle = handle }, Call)
  call.before = C.dg_mode_set(C.DG_MODE_BACKPROP, doubled and 1 or 0)
  if in_scope then native.depth = native.depth + 1 end
  extents.enter(call)
  return call
end

local function run_call(handle)
  local node = C.dg_walk_node(handle)
  if node == nil then native.raise_last() end
  local gy, n = {}, C.dg_node_outputs(node)
  for i = 1, n do
    local g = C.dg_walk_output_gradient(handle, i - 1)
    gy[i] = g ~= nil and native.wrap(g) or nil
  end
  local gx, count = walks.run_custom(node, gy, n)
  for i = 1, count do
    if gx[i] ~= nil then native.check(C.dg_walk_give(handle, i - 1, gx[i])) end
  end
end

local function run_hook(handle)
  local x = native.wrap(C.dg_walk_tensor(handle))
  local g = walks.run_hooks(x, native.wrap(C.dg_walk_gradient(handle)))
  if g ~= nil then native.check(C.dg_walk_give(handle, 0, g)) end
end

--- An error of an operator written in Lua, and in debug mode where that was called.
local function with_origin(message, handle)
  local origins, node = require "dgraph.watch.origins", C.dg_walk_node(handle)
  return origins.tell(message, node ~= nil and origins.of(node) or nil)
end

--- Does what a walk asks for.
---@param handle ffi.cdata*
---@param status integer  CALL or HOOK
---@param doubled boolean  whether the walk is recorded
function walks.serve(handle, status, doubled)
  local is_call = status == CALL
  local call = enter(handle, doubled, is_call and not doubled)
  local ok, message = pcall(is_call and run_call or run_hook, handle)
  extents.leave(call)
  if not ok and is_call then message = with_origin(message, handle) end
  if not ok then error(message, 0) end
end

--- Goes on with a walk that has stopped, to its end. It is freed where that fails.
---@param handle ffi.cdata*
---@param doubled boolean
---@param status integer  why it has stopped
function walks.go_on(handle, doubled, status)
  while status ~= DONE do
    local ok, message
    if status == FAILED then
      ok, message = pcall(native.raise_last)
    else
      ok, message = pcall(walks.serve, handle, status, doubled)
    end
    if not ok then
      C.dg_walk_free(handle)
      error(message, 0)
    end
    status = C.dg_walk_run(handle, 0)
  end
end

--- Runs a walk to its end. It is freed where that fails.
---@param handle ffi.cdata*
---@param doubled boolean
function walks.finish(handle, doubled)
  walks.go_on(handle, doubled, C.dg_walk_run(handle, 0))
end

-- -- A walk that the user steers ----------------------------------------------------------------

---@class dgraph.Walk
---@field node dgraph.Node  the node of the last step
---@field name string  its operator
---@field inputs dgraph.Tensor[]
---@field output_gradients (dgraph.Tensor|false)[]  false where nothing used an output
---@field input_gradients (dgraph.Tensor|false)[]  false where no gradient flows
---@field is_done boolean
local Walk = {}

local properties = {}

function properties:node() return self:_current() end
function properties:name() return self:_current().name end
function properties:inputs() return self:_current().inputs end

local function gradients(count, f, handle)
  local list = {}
  for i = 1, count do
    local g = f(handle, i - 1)
    list[i] = g ~= nil and native.wrap(g)
  end
  return list
end

function properties:output_gradients()
  return gradients(C.dg_node_outputs(self:_current()), function(handle, i)
    return C.dg_walk_output_gradient(handle, i)
  end, self._handle)
end

function properties:input_gradients()
  return gradients(C.dg_node_inputs(self:_current()), function(handle, i)
    return C.dg_walk_input_gradient(handle, i)
  end, self._handle)
end

function Walk:__index(key)
  local property = properties[key]
  if property then return property(self) end
  return Walk[key]
end

function Walk:__tostring() return self.is_done and "finished walk" or "walk" end

function Walk:_current()
  if not self._handle then errors.raise "walk: it is closed" end
  local node = C.dg_walk_node(self._handle)
  if node == nil then native.raise_last() end
  return node
end

--- Ends a walk before its time: leaves keep what they had. A finished one is closed already.
function Walk:close()
  if self._handle then C.dg_walk_free(ffi.gc(self._handle, nil)) end
  self._handle = nil
end

--- Goes on until `again` says that it is enough.
local function go_on(walk, status)
  while status == CALL or status > CALL do
    local ok, message = pcall(walks.serve, walk._handle, status, walk._doubled)
    if not ok then
      walk:close()
      error(message, 0)
    end
    status = walk._again()
  end
  if status == FAILED then
    local _, message = pcall(native.raise_last)
    walk:close()
    error(message, 0)
  end
  if status == DONE then
    walk.is_done = true
    walk:close()
  end
  return status
end

--- Visits one node; afterwards the fields tell about it.
---@return boolean more  false when the walk has ended and the leaves have their gradients
function Walk:step()
  if self.is_done then return false end
  if not self._handle then errors.raise "walk: it is closed" end
  self._again = function() return C.dg_walk_step(self._handle) end
  return go_on(self, self._again()) == MORE
end

--- Runs until the end, or until a number of microseconds has passed; at least one node is visited.
---@param budget_us? number  no limit when nil
---@return boolean done
function Walk:run(budget_us)
  if self.is_done then return true end
  if not self._handle then errors.raise "walk: it is closed" end
  local finish = clock() * 1e6 + check.number(budget_us or math.huge, "walk:run", "budget_us")
  self._again = function()
    local left = finish - clock() * 1e6
    return C.dg_walk_run(self._handle, left == math.huge and 0 or math.max(left, 1e-3))
  end
  return go_on(self, self._again()) == DONE
end

--- Steps of a walk, for `for step in y:walk() do ... end`.
---@return fun(): dgraph.Walk?
function Walk:steps()
  return function()
    if self:step() then return self end
  end
end

--- A walk as an object.
---@param handle ffi.cdata*
---@param doubled boolean
---@return dgraph.Walk
function walks.new(handle, doubled)
  return setmetatable({
    _handle = ffi.gc(handle, C.dg_walk_free), _doubled = doubled, is_done = false,
  }, Walk)
end

return walks
