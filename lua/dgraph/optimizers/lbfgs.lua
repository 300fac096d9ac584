--- L-BFGS: steps along the slope, bent by what the last steps tell about curvature. J. Nocedal,
--- "Updating quasi-Newton matrices with limited storage", 1980, as PyTorch has it; the defaults are
--- PyTorch's. With line_search_fn = "strong_wolfe" each step is as long as its line search finds
--- good (strong_wolfe.lua), without it is lr.
---
--- One `update(lossfun, ...)` calls the function up to max_eval times, always on the same data: it
--- is for smooth losses over all data, not for batches drawn at random. What it remembers is not
--- saved: a loaded model begins with the slope. All parameters are one vector; those that are
--- disabled stay, gradients of rows become whole.
local Optimizer = require "dgraph.optimizers.optimizer"
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local functions = require "dgraph.functions"
local native = require "dgraph.native"
local scopes = require "dgraph.scope"
local strong_wolfe = require "dgraph.optimizers.strong_wolfe"

local C = native.C

---@class dgraph.LBFGS: dgraph.Optimizer
---@field lr number
---@field max_iter integer  steps in one update
---@field max_eval integer  calls of the loss in one update
---@field tolerance_grad number  no element of the gradient is larger: done
---@field tolerance_change number  neither parameters nor loss change by more: done
---@field history_size integer  how many steps are remembered
---@field line_search_fn "strong_wolfe"?  nil: steps of lr
---@overload fun(lr?: number|table, ...): dgraph.LBFGS
local LBFGS = Optimizer:extend("LBFGS")

local OPTIONS = {
  "lr", "max_iter", "max_eval", "tolerance_grad", "tolerance_change", "history_size",
  "line_search_fn",
}

---@param ... any  lr = 1, max_iter = 20, max_eval = 1.25 max_iter, tolerance_grad = 1e-7,
---  tolerance_change = 1e-9, history_size = 100, line_search_fn = nil or "strong_wolfe"; by
---  position, or by name in one table
function LBFGS:init(...)
  Optimizer.init(self)
  local opts = arguments.read(self._name, OPTIONS, ...)
  self.lr, self.max_iter = opts.lr or 1, opts.max_iter or 20
  self.max_eval = opts.max_eval or math.floor(self.max_iter * 1.25)
  self.tolerance_grad = opts.tolerance_grad or 1e-7
  self.tolerance_change = opts.tolerance_change or 1e-9
  self.history_size = opts.history_size or 100
  self.line_search_fn = opts.line_search_fn
  if self.line_search_fn ~= nil and self.line_search_fn ~= "strong_wolfe" then
    errors.raisef("LBFGS: line_search_fn must be nil or \"strong_wolfe\", got %s",
      check.spell(self.line_search_fn))
  end
  self:_forget()
end

--- Forgets all steps.
function LBFGS:_forget()
  self._steps, self._scale, self._count = {}, 1, 0
  self._slope, self._direction = nil, nil
end

--- Takes a model on.
---@param model dgraph.Link
---@return self
function LBFGS:setup(model)
  self:_forget()
  return Optimizer.setup(self, model)
end

local function dot(a, b) return functions.sum(a * b):item() end
local function largest(a) return functions.max(functions.absolute(a)):item() end

local function compute(self, lossfun, ...)
  local params, slopes = {}, {}
  local loss = lossfun(...)
  self.target:cleargrads()
  loss:backward()
  for param in self.target:params(false) do
    local rule = param.update_rule
    if C.dg_has_gradient(param) == 1 and not (rule and not rule.enabled) then
      params[#params + 1] = param
      slopes[#slopes + 1] = functions.reshape(param.grad:detach(), -1)
    end
  end
  if #slopes == 0 then errors.raisef("LBFGS: no parameter has a gradient") end
  self._params = params
  return loss:item(), functions.concat(slopes, 1)
end

--- The loss, and all gradients as one vector. The graph goes at once: a line search makes many.
local function evaluate(...) return scopes.scope(compute, ...) end

--- Adds t times a part of the vector d to each parameter.
local function move(params, t, d)
  local from = 1
  for _, param in ipairs(params) do
    local part = d[{ { from, from + param.size - 1 } }]
    native.check(C.dg_add_scaled(param, functions.reshape(part, param.shape), t))
    from = from + param.size
  end
end

--- The direction to go: minus the gradient times an estimate of the inverse curvature.
local function direction(self, slope)
  local steps = self._steps
  if self._count > 1 then
    local y, s = slope - self._slope, self._direction * self._t
    local ys = dot(y, s)
    if ys > 1e-10 then
      if #steps == self.history_size then
        local oldest = table.remove(steps, 1)
        oldest.y:release()
        oldest.s:release()
      end
      steps[#steps + 1] = { y = y:keep(), s = s:keep(), ro = 1 / ys }
      self._scale = ys / dot(y, y)
    end
  end
  local d, al = -slope, {}
  for i = #steps, 1, -1 do
    al[i] = dot(steps[i].s, d) * steps[i].ro
    d = d - steps[i].y * al[i]
  end
  d = d * self._scale
  for i, step in ipairs(steps) do d = d + step.s * (al[i] - dot(step.y, d) * step.ro) end
  return d
end

--- Goes as far along the direction d as the line search finds good.
---@return number loss  after it
---@return dgraph.Tensor slope
---@return number t
---@return integer evaluations
local function search(self, loss, slope, d, t, limit, ...)
  local params, before = self._params, {}
  for i, param in ipairs(params) do before[i] = param:detach():copy() end
  local arguments_of, n = { ... }, select("#", ...)
  local function try(step)
    move(params, step, d)
    local there, gradient = evaluate(self, unpack(arguments_of, 1, n))
    for i, param in ipairs(params) do param:copydata(before[i]) end
    return { t = step, loss = there, slope = dot(gradient, d), grad = gradient }
  end
  local start = { t = 0, loss = loss, slope = dot(slope, d), grad = slope }
  local point, calls = strong_wolfe(try, start, t, largest(d), self.tolerance_change, limit)
  move(params, point.t, d)
  return point.loss, point.grad, point.t, calls
end

--- The first step to try.
local function first_step(self, slope)
  if self._count > 1 then return self.lr end
  return math.min(1, 1 / functions.sum(functions.absolute(slope)):item()) * self.lr
end

--- Remembers a step, and lets the one before go.
local function remember(self, slope, d, t)
  if self._slope then
    self._slope:release()
    self._direction:release()
  end
  self._slope, self._direction, self._t = slope:keep(), d:keep(), t
end

local function learn(self, lossfun, ...)
  local loss, slope = evaluate(self, lossfun, ...)
  self.t = self.t + 1
  local evaluations = 1
  for iteration = 1, self.max_iter do
    if largest(slope) <= self.tolerance_grad then break end
    self._count = self._count + 1
    local d = direction(self, slope)
    local t, before = first_step(self, slope), loss
    remember(self, slope, d, t)
    if dot(slope, d) > -self.tolerance_change then break end
    if self.line_search_fn then
      local calls
      loss, slope, t, calls = search(self, loss, slope, d, t, self.max_eval - evaluations, lossfun,
        ...)
      self._t = t
      evaluations = evaluations + calls
      if iteration == self.max_iter then break end
    else
      move(self._params, t, d)
      if iteration == self.max_iter then break end
      loss, slope = evaluate(self, lossfun, ...)
      evaluations = evaluations + 1
    end
    if evaluations >= self.max_eval or t * largest(d) <= self.tolerance_change
      or math.abs(loss - before) < self.tolerance_change then
      break
    end
  end
end

--- Goes up to max_iter steps down, in a scope as other optimizers do.
---@param lossfun fun(...): dgraph.Tensor
---@param ... any
function LBFGS:update(lossfun, ...)
  if not self.target then errors.raisef("LBFGS: setup(model) comes before update") end
  if not lossfun then errors.raisef("LBFGS: update wants a function, which it calls many times") end
  scopes.scope(learn, self, lossfun, ...)
end

return LBFGS
