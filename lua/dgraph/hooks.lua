--- Functions that look at a tensor's gradient when it is complete, or change it.
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local tensor = require "dgraph.tensor"
local walks = require "dgraph.walk"

local C = native.C

---@class dgraph.Hook
local Hook = {}
Hook.__index = Hook

--- The hooks of each tensor, in the order in which they came, by its id. Ids are used again after a
--- tensor is gone, so each list remembers which one it is for.
---@type table<number, { x: ffi.cdata*, [integer]: dgraph.Hook }>
local hooks = {}
local count, limit = 0, 64

local function sweep()
  for id, list in pairs(hooks) do
    if C.dg_alive(list.x) == 0 then
      hooks[id] = nil
      count = count - 1
    end
  end
  limit = math.max(64, 2 * count)
end

--- Calls `f(g)` in each backward when the gradient g of x is complete. What f returns takes its
--- place, unless that is nil.
---@param x dgraph.Tensor
---@param f fun(g: dgraph.Tensor): dgraph.Tensor?
---@return dgraph.Hook hook  `hook:remove()`
function tensor.methods.register_hook(x, f)
  if type(f) ~= "function" then
    errors.raisef("register_hook: wanted a function, got %s", check.spell(f))
  end
  local id = native.check(C.dg_id(x))
  native.check(C.dg_hooked_set(x, 1))
  local list = hooks[id]
  if not list or C.dg_alive(list.x) == 0 then
    if not list then
      if count >= limit then sweep() end
      count = count + 1
    end
    list = { x = native.borrow(x) }
    hooks[id] = list
  end
  local hook = setmetatable({ _f = f, _list = list, _id = id }, Hook)
  list[#list + 1] = hook
  return hook
end

--- Takes a hook away.
function Hook:remove()
  local list = self._list
  for i = 1, #list do
    if list[i] == self then
      table.remove(list, i)
      break
    end
  end
  if #list == 0 and hooks[self._id] == list then
    hooks[self._id] = nil
    count = count - 1
    if C.dg_alive(list.x) == 1 then C.dg_hooked_set(list.x, 0) end
  end
end

--- What a walk calls for a tensor with hooks.
function walks.run_hooks(x, g)
  local list = hooks[C.dg_id(x)]
  local replaced
  for _, hook in ipairs(list and { unpack(list) } or {}) do
    local new = hook._f(g)
    if new ~= nil then
      g = check.tensor(new, "hook", "the gradient that it returns")
      replaced = g
    end
  end
  return replaced
end
