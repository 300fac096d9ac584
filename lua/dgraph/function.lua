--- Operators written in Lua:
--
--     local Cube = dg.Function:extend("cube")
--     function Cube:forward(x) self.x = x; return x * x * x end
--     function Cube:backward(gy) return 3 * gy * self.x ^ 2 end
--     local y = Cube(x)
--
-- `forward` runs unrecorded. `backward` gets a gradient for each output (nil where nothing used it)
-- and returns one for each tensor that was given (nil: none flows). Written in operators it can be
-- differentiated again; what `forward` computed counts as constant there, its inputs do not.
local ffi = require "ffi"
local check = require "dgraph.check"
local class = require "dgraph.class"
local errors = require "dgraph.errors"
local extents = require "dgraph.extents"
local native = require "dgraph.native"
local walks = require "dgraph.walk"

local C, is_tensor = native.C, native.is_tensor

---@class dgraph.Function
---@field name string
---@field forward fun(self, ...): ...
---@field backward fun(self, ...): ...
---@overload fun(...): dgraph.Tensor ...
local Function = {}

--- The calls whose nodes may still be walked, by the tag of the node.
---@type table<number, { call: table, node: ffi.cdata* }>
local pending, count, limit, last_tag = {}, 0, 64, 0

--- Forgets the calls whose nodes are gone.
local function sweep()
  for tag, entry in pairs(pending) do
    if C.dg_node_alive(entry.node) == 0 then
      pending[tag] = nil
      count = count - 1
    end
  end
  limit = math.max(64, 2 * count)
end
native.on_collect(sweep)

-- -- Forward ----------------------------------------------------------------------------------

local Unrecorded = { what = "forward of an operator written in Lua" }
Unrecorded.__index = Unrecorded

function Unrecorded:undo() C.dg_mode_set(C.DG_MODE_BACKPROP, self.before) end

local function after_forward(extent, ok, ...)
  extents.leave(extent)
  if not ok then error((...), 0) end
  return { ... }, select("#", ...)
end

--- Runs forward without recording it.
local function run_forward(call, ...)
  local current = extents.check()
  local extent = setmetatable({ before = C.dg_mode_set(C.DG_MODE_BACKPROP, 0) }, Unrecorded)
  extents.enter(extent, current)
  return after_forward(extent, pcall(call.forward, call, ...))
end

--- Notes which call a recorded node belongs to.
local function remember(tag, call, y)
  local node = C.dg_creator(y)
  if node == nil then return end -- nothing is recorded
  if native.depth == 0 then C.dg_node_release(node) end
  if count >= limit then sweep() end
  pending[tag] = { call = call, node = node }
  count = count + 1
end

local function apply(call, name, ...)
  local xs, inputs = ffi.new("dg_tensor *[?]", math.max(1, select("#", ...))), 0
  for i = 1, select("#", ...) do
    local x = (select(i, ...))
    if is_tensor(x) then
      xs[inputs] = x
      inputs = inputs + 1
    end
  end
  local ys, outputs = run_forward(call, ...)
  if outputs == 0 then errors.raisef("%s: forward returned nothing", name) end
  local values = ffi.new("dg_tensor *[?]", outputs)
  for i = 1, outputs do
    if not is_tensor(ys[i]) then
      errors.raisef("%s: forward must return tensors, result %d is %s", name, i, check.spell(ys[i]))
    end
    values[i - 1] = ys[i]
  end
  last_tag = last_tag + 1
  local tag, results = last_tag, ffi.new("dg_tensor *[?]", outputs)
  native.check(C.dg_custom(name, tag, inputs, xs, outputs, values, results))
  call._inputs, call._name = inputs, name
  remember(tag, call, results[0])
  for i = 1, outputs do ys[i] = native.wrap(results[i - 1]) end
  return unpack(ys, 1, outputs)
end

-- -- Backward ---------------------------------------------------------------------------------

local function take_gradients(name, inputs, ...)
  local n = select("#", ...)
  if n ~= inputs then
    errors.raisef("backward of %s: it returned %d gradients for %d inputs", name, n, inputs)
  end
  local gx = { ... }
  for i = 1, n do
    if gx[i] and not is_tensor(gx[i]) then
      errors.raisef("backward of %s: gradient %d is %s, wanted a tensor or nil", name, i,
        check.spell(gx[i]))
    end
  end
  return gx, n
end

--- What a walk calls for a node that Lua made.
function walks.run_custom(node, gy, n)
  local entry = pending[C.dg_custom_tag(node)]
  if not entry then errors.raise "backward: this operator was written in another Lua state" end
  local call = entry.call
  if not call.backward then errors.raisef("%s: it has no backward", call._name) end
  return take_gradients(call._name, call._inputs, call:backward(unpack(gy, 1, n)))
end

-- -- Classes ----------------------------------------------------------------------------------

--- Makes an operator, to be given `forward` and `backward`.
---@param name string  what errors and `y.creator.name` call it
---@return dgraph.Function
function Function:extend(name)
  if type(name) ~= "string" or name == "" then
    errors.raisef("Function:extend: the name must be a string, got %s", check.spell(name))
  end
  local made = class.extend(self, name)
  getmetatable(made).__call = function(operator, ...)
    if not operator.forward then errors.raisef("%s: it has no forward", name) end
    return apply(setmetatable({}, operator), name, ...)
  end
  return made
end

--- The same as calling the class: `Cube:apply(x)`.
---@param ... any
---@return dgraph.Tensor ...
function Function:apply(...) return self(...) end

return Function
