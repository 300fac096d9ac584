--- Gradients: `y:backward()`, `dg.backward`, `dg.grad`, walks in steps.
local bit = require "bit"
local ffi = require "ffi"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local tensor = require "dgraph.tensor"
local walks = require "dgraph.walk"

local C, is_tensor = native.C, native.is_tensor

local backward = {}

---@class dgraph.BackwardOptions
---@field retain_grad? boolean  results on the way keep their gradients too; false
---@field retain_graph? boolean  the graph can be walked again; false
---@field enable_double_backprop? boolean  gradients can be differentiated themselves; false
---@field loss_scale? number  what the gradient starts with instead of 1

local OPTIONS = {
  retain_grad = true, retain_graph = true, enable_double_backprop = true, loss_scale = true,
}

local function flags_of(options)
  local flags = 0
  if options.retain_grad then flags = flags + C.DG_RETAIN_GRAD end
  if options.retain_graph then flags = flags + C.DG_RETAIN_GRAPH end
  if options.enable_double_backprop then flags = flags + C.DG_DOUBLE_BACKPROP end
  return tonumber(flags)
end

local function is_doubled(flags) return bit.band(flags, C.DG_DOUBLE_BACKPROP) ~= 0 end

--- Arrays that C reads at once and does not keep.
local roots, seeds, room = ffi.new("dg_tensor *[?]", 8), ffi.new("dg_tensor *[?]", 8), 8
local inputs, inputs_room = ffi.new("dg_tensor *[?]", 8), 8

local function make_room(count)
  if count <= room then return end
  room = 2 * count
  roots, seeds = ffi.new("dg_tensor *[?]", room), ffi.new("dg_tensor *[?]", room)
end

local NONE = {}

--- Chainer's order of arguments, or one table.
local function read_options(who, retain_grad, enable_double_backprop, loss_scale)
  if retain_grad == nil and not enable_double_backprop and not loss_scale then return NONE end
  if type(retain_grad) == "table" then return check.options(retain_grad, who, OPTIONS) end
  return {
    retain_grad = retain_grad, enable_double_backprop = enable_double_backprop,
    loss_scale = loss_scale,
  }
end

--- A walk from one tensor: it starts with the gradient that is set there, which is used up, with
--- `loss_scale`, or with 1.
local function start(y, options)
  local seed = native.wrap_maybe(C.dg_gradient(y), y)
  local was_set = seed
  if not seed and options.loss_scale then
    local scale = check.number(options.loss_scale, "backward", "loss_scale")
    local ndim = check.shape(y.shape, "backward")
    seed = native.wrap(C.dg_full_beside(y, ndim, check.sizes, scale))
  end
  roots[0], seeds[0] = y, seed
  local flags = flags_of(options)
  local handle = C.dg_walk_new(1, roots, seeds, flags)
  if handle == nil then native.raise_last() end
  if was_set then C.dg_gradient_set(y, nil) end
  return handle, is_doubled(flags)
end

local rest = ffi.new "dg_walk *[1]"

--- Goes on where C cannot alone: with hooks and operators written in Lua, or an error.
local function finish_rest(handle, status, doubled)
  if handle == nil then native.raise_last() end
  walks.go_on(handle, doubled, status)
  C.dg_walk_free(handle)
end

--- Computes the gradients of all leaves that y was computed from and adds them to theirs. y has one
--- element, or its gradient is set beforehand.
---@param y dgraph.Tensor
---@param retain_grad? boolean|dgraph.BackwardOptions
---@param enable_double_backprop? boolean
---@param loss_scale? number
function tensor.methods.backward(y, retain_grad, enable_double_backprop, loss_scale)
  local options = read_options("backward", retain_grad, enable_double_backprop, loss_scale)
  if options ~= NONE and options.loss_scale then
    local handle, doubled = start(y, options)
    walks.finish(handle, doubled)
    C.dg_walk_free(handle)
    return
  end
  local flags = options == NONE and 0 or flags_of(options)
  local status = C.dg_backward(y, flags, rest)
  if status ~= 0 then finish_rest(rest[0], status, is_doubled(flags)) end
end

--- A walk that you steer: `while not walk:run(500) do draw() end`, `walk:step()`, `walk:close()`.
---@param y dgraph.Tensor
---@param options? dgraph.BackwardOptions
---@return dgraph.Walk
function tensor.methods.start_backward(y, options)
  return walks.new(start(y, read_options("start_backward", options)))
end

--- The steps of a walk, node by node: `for step in y:walk() do print(step.name) end`. The leaves
--- have their gradients when the loop has run to its end.
---@param y dgraph.Tensor
---@param options? dgraph.BackwardOptions
---@return fun(): dgraph.Walk?
function tensor.methods.walk(y, options)
  return walks.new(start(y, read_options("walk", options))):steps()
end

-- -- Several roots ------------------------------------------------------------------------------

local function list_of(value, who, what)
  if is_tensor(value) then return { value } end
  if type(value) ~= "table" or #value == 0 then
    errors.raisef("%s: %s must be a tensor or a list of tensors, got %s", who, what,
      check.spell(value))
  end
  return value
end

--- Fills the arrays of roots and of the gradients to start from.
local function set_roots(who, outputs, grad_outputs)
  outputs = list_of(outputs, who, "outputs")
  if is_tensor(grad_outputs) then grad_outputs = { grad_outputs } end
  make_room(#outputs)
  for i = 1, #outputs do
    roots[i - 1] = check.tensor(outputs[i], who, ("outputs[%d]"):format(i))
    local g = grad_outputs and grad_outputs[i] or nil
    if g ~= nil then check.tensor(g, who, ("grad_outputs[%d]"):format(i)) end
    seeds[i - 1] = g
  end
  return #outputs
end

--- Like `y:backward()`, from several tensors at once.
---@param outputs dgraph.Tensor|dgraph.Tensor[]
---@param grad_outputs? dgraph.Tensor|(dgraph.Tensor|false)[]  gradients to start from, or 1
---@param options? dgraph.BackwardOptions
function backward.backward(outputs, grad_outputs, options)
  options = check.options(options, "dg.backward", OPTIONS)
  local count = set_roots("dg.backward", outputs, grad_outputs)
  local flags = flags_of(options)
  local handle = C.dg_walk_new(count, roots, seeds, flags)
  if handle == nil then native.raise_last() end
  walks.finish(handle, is_doubled(flags))
  C.dg_walk_free(handle)
end

---@class dgraph.GradOptions
---@field enable_double_backprop? boolean  the results can be differentiated themselves; false
---@field retain_graph? boolean  the graph can be walked again; false
---@field retain_grad? boolean  results on the way keep their gradients; false
---@field set_grad? boolean  the inputs' `grad` fields are set as well; false

local GRAD_OPTIONS = {
  enable_double_backprop = true, retain_graph = true, retain_grad = true, set_grad = true,
}

--- The gradients of the inputs, and nothing else: no leaf's `grad` changes.
---@param outputs dgraph.Tensor|dgraph.Tensor[]
---@param xs dgraph.Tensor|dgraph.Tensor[]
---@param grad_outputs? dgraph.Tensor|(dgraph.Tensor|false)[]  gradients to start from, or 1
---@param options? dgraph.GradOptions
---@return (dgraph.Tensor|nil)[] gradients  nil where the outputs do not depend on an input
function backward.grad(outputs, xs, grad_outputs, options)
  if options == nil and check.is_options(grad_outputs) and next(grad_outputs) ~= nil then
    grad_outputs, options = nil, grad_outputs
  end
  options = check.options(options, "dg.grad", GRAD_OPTIONS)
  xs = list_of(xs, "dg.grad", "inputs")
  local count = set_roots("dg.grad", outputs, grad_outputs)
  if #xs > inputs_room then
    inputs_room = 2 * #xs
    inputs = ffi.new("dg_tensor *[?]", inputs_room)
  end
  for i = 1, #xs do inputs[i - 1] = check.tensor(xs[i], "dg.grad", ("inputs[%d]"):format(i)) end
  local flags = flags_of(options)
  local handle = C.dg_walk_to(count, roots, seeds, #xs, inputs, flags)
  if handle == nil then native.raise_last() end
  walks.finish(handle, is_doubled(flags))
  local gradients = {}
  for i = 1, #xs do
    local g = C.dg_walk_result(handle, i - 1)
    gradients[i] = g ~= nil and native.wrap(g) or nil
    if options.set_grad then C.dg_gradient_set(xs[i], gradients[i]) end
  end
  C.dg_walk_free(handle)
  return gradients
end

return backward
