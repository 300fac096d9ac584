--- Lets hooks see every operator that Lua applies, and every node that a walk visits.
--
-- While nobody watches, nothing of this is in the way, not even a test. LuaJIT keeps the functions
-- of a library that were used in a table, the environment of the library's object, and looks there
-- at each `C.dg_tanh(x)`. While somebody watches, stand-ins lie in that table. They are cdata that
-- can be called, as the JIT compiler takes what lies there for cdata; it has also written the
-- functions into its traces, which are dropped at the change. Where `native.is_interpreted`, C is a
-- table itself, with more than one form of a function.
--
-- A hook is a table with any of the functions forward_preprocess, forward_postprocess,
-- backward_preprocess and backward_postprocess. Each gets the hook and an application. What hooks
-- themselves compute is not watched.
local ffi = require "ffi"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local operators = require "dgraph.watch.operators"
local origins = require "dgraph.watch.origins"
local walks = require "dgraph.watch.walks"
local watchers = require "dgraph.watch.watchers"

local C, hooks = native.C, watchers.hooks

---@class dgraph.Application
---@field name string  the function: "mean"; the same forward and backward
---@field where string?  the user's line: "train.lua:12"; nil if nobody watched when it ran
---@field is_backward boolean
---@field inputs dgraph.Tensor[]
---@field outputs (dgraph.Tensor|false)[]  in forward_preprocess there are none yet
---@field node dgraph.Node?  what was recorded, one of several where the function is made of others
---@field output_gradients (dgraph.Tensor|false)[]  in backward
---@field input_gradients (dgraph.Tensor|false)[]  in backward_postprocess
---@field operator dgraph.watch.Operator  the function of C that is called; forward
---@field arguments any[]  what it is called with, arrays of sizes copied

local watch = {}

-- -- Forward -------------------------------------------------------------------------------------

--- What the application of an operator tells when asked.
local late = {}

function late.node(application)
  local y = application.outputs[1]
  return y and y.creator
end

local Forward = {
  __index = function(application, key)
    local f = late[key]
    return f and f(application)
  end,
}

--- Gives back what a function returned that its caller will not get.
local function release(results, count)
  if native.depth > 0 then return end
  for i = 0, count - 1 do C.dg_release(results[i]) end
end

local function finish(operator, application, y, ...)
  local results, count = operators.results(operator, y, ...)
  for i = 1, count do application.outputs[i] = results[i - 1][0] end
  local saved
  if count > 0 then -- the array may be a shared one
    saved = ffi.new("dg_tensor *[?]", count)
    ffi.copy(saved, results, count * ffi.sizeof "dg_tensor *")
  end
  local ok, message = watchers.notify("forward_postprocess", application)
  if saved then ffi.copy(results, saved, count * ffi.sizeof "dg_tensor *") end
  if ok then return y end
  release(results, count)
  error(message, 0)
end

local function is_failure(y) return y == nil or type(y) == "number" and y < 0 end

local function run(operator, application, ...)
  application.arguments = { ... }
  local ok, message = watchers.notify("forward_preprocess", application)
  if not ok then error(message, 0) end
  local before = C.dg_sequence()
  local y = operator.real(...)
  if is_failure(y) then return y end
  local now = C.dg_sequence()
  application.first, application.last = before + 1, now
  if now > before then
    local results = operators.results(operator, y, ...)
    local node = C.dg_creator(results[0])
    if node ~= nil then
      if native.depth == 0 then C.dg_node_release(node) end
      origins.note(before + 1, now, {
        name = application.name, where = application.where, node = node,
      })
    end
  end
  return finish(operator, application, y, ...)
end

local function observe(operator, ...)
  local application = setmetatable({
    name = operators.name(operator, ...), where = errors.where(), is_backward = false,
    inputs = operators.inputs(operator, ...), outputs = {}, is_update = operator.is_update,
    operator = operator,
  }, Forward)
  return run(operator, application, operators.own_arguments(operator, ...))
end

-- -- Switching on and off ------------------------------------------------------------------------

---@type fun(...)[]  what stands in for a function of C, by the number in the stand-in
local by_number = {}

local StandIn = ffi.metatype(ffi.typeof "struct { int number; }", {
  __call = function(stand_in, ...) return by_number[stand_in.number](...) end,
})

--- Functions of C that stand-ins replace, by name, and the stand-ins.
local real, stand_ins

local function add_stand_in(name, f)
  by_number[#by_number + 1] = f
  real[name] = C[name]
  stand_ins[name] = StandIn(#by_number)
end

--- The forms of an operator that the interpreter calls: the quick one leaves it to the other, and
--- that tells of a failure by errno.
local function add_interpreted(operator, apply)
  local name = operator.native_name
  if operator.is_tensor then
    add_stand_in(name .. "_ref", function(...)
      local y = apply(...)
      ffi.errno(y == nil and 1 or 0)
      return y[0]
    end)
    if C[name .. "_quick"] then add_stand_in(name .. "_quick", function() end) end
  end
end

local function prepare()
  real, stand_ins = {}, {}
  for _, operator in ipairs(operators.all()) do
    local function apply(...)
      if watchers.is_busy then return operator.real(...) end
      return observe(operator, ...)
    end
    add_stand_in(operator.native_name, apply)
    if native.is_interpreted then add_interpreted(operator, apply) end
  end
  for name, f in pairs(walks) do add_stand_in(name, f) end
end

--- Puts functions where LuaJIT looks for those of the library.
local function install(functions)
  local used = native.is_interpreted and C or debug.getfenv(C)
  for name, f in pairs(functions) do used[name] = f end
  if ffi.istype(StandIn, C.dg_tanh) ~= (functions == stand_ins) then
    errors.raise "dg.using_hook: this LuaJIT does not show where it keeps a library's functions"
  end
  jit.flush()
end

--- Has a hook see what happens from now on.
---@param hook table
function watch.add(hook)
  if not real then prepare() end
  if #hooks == 0 then install(stand_ins) end
  hooks[#hooks + 1] = hook
end

--- Lets a hook go.
---@param hook table
function watch.remove(hook)
  for i = #hooks, 1, -1 do
    if hooks[i] == hook then
      table.remove(hooks, i)
      if #hooks == 0 then install(real) end
      return
    end
  end
end

return watch
