--- Functions about functions.
local Function = require "dgraph.function"
local backward = require "dgraph.backward"
local check = require "dgraph.check"
local config = require "dgraph.config"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local random = require "dgraph.random"

local C, is_tensor = native.C, native.is_tensor

--- Whether operators are recorded.
local function records()
  local on = C.dg_mode_set(C.DG_MODE_BACKPROP, 1)
  C.dg_mode_set(C.DG_MODE_BACKPROP, on)
  return on == 1
end

---@class dgraph.Forget: dgraph.Function
local Forget = Function:extend("forget")

--- `extra` makes sure that there is a node: the function may use parameters.
function Forget:forward(f, extra, ...)
  self.f, self.xs, self.count = f, { ... }, select("#", ...)
  self.has_extra, self.versions = is_tensor(extra), {}
  for i = 1, self.count do
    local x = self.xs[i]
    self.versions[i] = is_tensor(x) and x.version
  end
  self.state, self.train = random.get_state(), config.values.train
  self.autocast = config.values.autocast
  return f(...)
end

--- Calls f on copies of the inputs with the random numbers and the autocast that it had, and walks
--- back from there.
local function again(self, gys)
  local xs, tensors = {}, {}
  for i = 1, self.count do
    local x = self.xs[i]
    if is_tensor(x) then
      if x.version ~= self.versions[i] then
        errors.raisef("F.forget: argument %d was overwritten before backward", i)
      end
      local wanted = x.requires_grad
      x = x:detach()
      if wanted then x.requires_grad = true end
      tensors[#tensors + 1] = x
    end
    xs[i] = x
  end
  random.set_state(self.state)
  local ys = { config.autocast(self.autocast, self.f, unpack(xs, 1, self.count)) }
  local roots, seeds = {}, {}
  for k = 1, #ys do
    if gys[k] and ys[k].requires_grad then
      roots[#roots + 1], seeds[#seeds + 1] = ys[k], gys[k]
    end
  end
  if #roots > 0 then backward.backward(roots, seeds) end
  for i, x in ipairs(tensors) do tensors[i] = x.grad or false end
  return tensors, #tensors
end

function Forget:backward(...)
  if records() then
    errors.raise "F.forget: what it forgot cannot be differentiated twice"
  end
  local now = random.get_state()
  local ok, tensors, count = pcall(config.using_config, "in_recomputing", true,
    config.using_config, "train", self.train, config.force_backprop_mode, again, self, { ... })
  random.set_state(now)
  if not ok then error(tensors, 0) end
  for i = 1, count do tensors[i] = tensors[i] or nil end
  if self.has_extra then return nil, unpack(tensors, 1, count) end
  return unpack(tensors, 1, count)
end

local function any_requires_grad(...)
  for i = 1, select("#", ...) do
    local x = (select(i, ...))
    if is_tensor(x) and x.requires_grad then return true end
  end
  return false
end

return function(F)

  --- Family: functions about functions
  --- Shapes: any, as f takes them and returns them.
  --- Dtypes: any, as f takes them and returns them.
  --- Errors: an f that is no function; a walk back that records itself (double backprop); a tensor
  --- of the arguments that was overwritten before backward.
  --- Source: Chainer; Chen et al., arXiv:1604.06174.

  --- Calls `f(...)` without recording what it does, which saves the memory of its results on the
  --- way; backward calls it again, with the same random numbers, `dg.config.train` and autocast,
  --- and then goes back through it. Parameters that f uses get their gradients too. f returns one
  --- tensor or several and must do the same each time; what layers keep (running averages, vectors
  --- of SpectralNormalization) moves once, since `dg.config.in_recomputing` is true the second
  --- time. An error under double backprop.
  ---@param f fun(...): dgraph.Tensor ...
  ---@param ... any  tensors, and whatever else f takes
  ---@return dgraph.Tensor ...
  function F.forget(f, ...)
    if type(f) ~= "function" and not (type(f) == "table" and getmetatable(f)) then
      errors.raisef("F.forget: the first argument must be a function, got %s", check.spell(f))
    end
    local extra = false
    if records() and not any_requires_grad(...) then
      extra = create.zeros({ 1 }, { requires_grad = true })
    end
    return Forget(f, extra, ...)
  end
end
