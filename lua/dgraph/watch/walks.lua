--- Walks under the eyes of hooks: they go node by node, and hooks are called before and after.
--
-- The functions here take the places of those of the library that run walks, under the same names
-- and with the same results; an error of a hook is one of the walk.
local ffi = require "ffi"
local clock = require "dgraph.utils.clock"
local native = require "dgraph.native"
local origins = require "dgraph.watch.origins"
local watchers = require "dgraph.watch.watchers"

local C = native.C
local FAILED, DONE, MORE = tonumber(C.DG_WALK_FAILED), tonumber(C.DG_WALK_DONE),
  tonumber(C.DG_WALK_MORE)

-- What the library does itself.
local walk_new, walk_to, walk_step = C.dg_walk_new, C.dg_walk_to, C.dg_walk_step

--- The visits under way, by walk: the caller may have to do a part of one.
local visits = {}

local function key_of(handle) return tonumber(ffi.cast("intptr_t", handle)) end

-- -- What an application tells -------------------------------------------------------------------

--- Handles that live as long as the hooks look at them.
local function lend(visit, count, f)
  local list = {}
  for i = 1, count do
    local h = f(i - 1)
    list[i] = h ~= nil and h[0]
    if h ~= nil and native.depth == 0 then table.insert(visit._lent, h) end
  end
  return list
end

local late = {}

function late.inputs(visit)
  local node = visit.node
  return lend(visit, C.dg_node_inputs(node), function(i) return C.dg_node_input(node, i) end)
end

function late.outputs(visit)
  local node = visit.node
  return lend(visit, C.dg_node_outputs(node), function(i) return C.dg_node_output(node, i) end)
end

function late.output_gradients(visit)
  local walk = visit._walk
  return lend(visit, C.dg_node_outputs(visit.node), function(i)
    if visit._is_done then return C.dg_walk_output_gradient(walk, i) end
    return C.dg_walk_next_gradient(walk, i)
  end)
end

function late.input_gradients(visit)
  if not visit._is_done then return nil end
  local walk = visit._walk
  return lend(visit, C.dg_node_inputs(visit.node), function(i)
    return C.dg_walk_input_gradient(walk, i)
  end)
end

local Visit = {
  __index = function(visit, key)
    local value = late[key] and late[key](visit)
    if value ~= nil then rawset(visit, key, value) end
    return value
  end,
}

--- Has hooks look at a visit. What was lent to them goes back at once: the walk may end anywhere.
local function show(visit, method)
  local ok, message = watchers.notify(method, visit)
  for _, h in ipairs(visit._lent) do C.dg_release(h) end
  visit._lent = {}
  for key in pairs(late) do rawset(visit, key, nil) end
  return ok, message
end

-- -- Steps ---------------------------------------------------------------------------------------

local function fail(message)
  return C.dg_error_set(C.DG_EGRAPH, tostring(message))
end

--- The visit of the next node; nil when none is left.
local function next_visit(handle)
  local node = C.dg_walk_next(handle)
  if node == nil then return nil end
  local origin = origins.of(node)
  return setmetatable({
    name = origin and origin.name or node.name, where = origin and origin.where, node = node,
    is_backward = true, _walk = handle, _is_done = false, _lent = {}, _origin = origin,
  }, Visit)
end

--- Says where the function was called that could not be walked back through.
local function tell_origin(visit)
  local code, message = C.dg_error_code(), ffi.string(C.dg_error_message())
  C.dg_error_set(code, origins.tell(message, visit._origin))
end

local function step(handle)
  local key = key_of(handle)
  local visit = visits[key] or next_visit(handle)
  if visit and not visits[key] then
    local ok, message = show(visit, "backward_preprocess")
    if not ok then return fail(message) end
    visits[key] = visit
  end
  local status = walk_step(handle)
  if status > MORE then return status end -- the caller does a part
  visits[key] = nil
  if not visit then return status end
  if status == FAILED then tell_origin(visit) end
  if status ~= MORE then return status end
  visit._is_done = true
  local ok, message = show(visit, "backward_postprocess")
  return ok and MORE or fail(message)
end

--- Runs a walk until it ends, the caller is needed, or the time is up.
local function run(handle, budget_us)
  local finish = budget_us > 0 and clock() * 1e6 + budget_us or math.huge
  local status
  repeat
    status = step(handle)
  until status ~= MORE or clock() * 1e6 >= finish
  return status
end

-- -- In place of the library's -------------------------------------------------------------------

local walks = {}

--- Nothing is known of a new walk, which may lie where another was.
local function started(handle)
  if handle ~= nil then visits[key_of(handle)] = nil end
  return handle
end

function walks.dg_walk_new(...) return started(walk_new(...)) end
function walks.dg_walk_to(...) return started(walk_to(...)) end

local walk_run, backward = C.dg_walk_run, C.dg_backward

function walks.dg_walk_step(handle)
  if watchers.is_busy then return walk_step(handle) end
  return step(handle)
end

function walks.dg_walk_run(handle, budget_us)
  if watchers.is_busy then return walk_run(handle, budget_us) end
  return run(handle, budget_us)
end

--- A walk from y that starts with y's gradient, which it uses up, or with 1.
function walks.dg_backward(y, flags, rest)
  if watchers.is_busy then return backward(y, flags, rest) end
  rest[0] = nil
  local seed = C.dg_gradient(y)
  if seed == nil and C.dg_has_gradient(y) ~= 0 then return FAILED end
  local root, start = ffi.new "dg_tensor *[1]", ffi.new "dg_tensor *[1]"
  root[0], start[0] = y, seed
  local handle = started(walk_new(1, root, start, flags))
  if handle == nil then
    if seed ~= nil and native.depth == 0 then C.dg_release(seed) end
    return FAILED
  end
  C.dg_gradient_set(y, nil)
  local status = run(handle, 0)
  if status == FAILED and seed ~= nil then C.dg_gradient_set(y, seed) end
  if seed ~= nil and native.depth == 0 then C.dg_release(seed) end
  if status == DONE or status == FAILED then C.dg_walk_free(handle) else rest[0] = handle end
  return status
end

return walks
