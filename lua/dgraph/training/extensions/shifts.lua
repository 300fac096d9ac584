--- Changes an attribute of the optimizer, such as its learning rate, in the course of the training.
---
--- In the formulas t counts the calls: with the default trigger, the iterations.
local Extension = require "dgraph.training.extension"
local arguments = require "dgraph.links.arguments"
local errors = require "dgraph.errors"

---@class dgraph.Shift: dgraph.Extension
local Shift = Extension.Extension:extend("Shift")

--- Reads `attr` and the arguments of a class, of which the first `needed` must be there.
local function read(self, attr, names, needed, ...)
  local opts = arguments.read(self._name, names, ...)
  if type(attr) ~= "string" then errors.raisef("%s: attr is a name", self._name) end
  for i = 1, needed do
    if opts[names[i]] == nil then errors.raisef("%s: %s is missing", self._name, names[i]) end
  end
  self._attr, self._opts, self._t = attr, opts, 0
  return opts
end

local function optimizer_of(self, trainer)
  return self._opts.optimizer or trainer.updater:get_optimizer "main"
end

local function set(self, trainer, value)
  optimizer_of(self, trainer)[self._attr] = value
  self._last_value = value
end

--- A value that does not go beyond the target; `grows` says which side that is.
local function limit(self, value, grows)
  local target = self._opts.target
  if target == nil then return value end
  local ratio = value / target -- of negative values too
  if grows then return ratio > 1 and target or value end
  return ratio < 1 and target or value
end

--- Sets the first value, or that of the snapshot.
---@param trainer dgraph.Trainer
function Shift:initialize(trainer)
  local optimizer = optimizer_of(self, trainer)
  if type(optimizer[self._attr]) ~= "number" then
    errors.raisef("%s: %s has no number %s", self._name, optimizer._name, self._attr)
  end
  self._init = self._opts.init or self._init or optimizer[self._attr]
  set(self, trainer, self._last_value or self:value(0))
end

--- Sets the next value.
---@param trainer dgraph.Trainer
function Shift:__call(trainer)
  self._t = self._t + 1
  set(self, trainer, self:value(self._t))
end

--- Saves or loads how often it was called, and the values.
---@param serializer dgraph.Serializer
function Shift:serialize(serializer)
  self._t = serializer("_t", self._t)
  self._init = serializer("_init", self._init)
  self._last_value = serializer("_last_value", self._last_value)
end

local shifts = {}

--- init rate^t.
---@class dgraph.ExponentialShift: dgraph.Shift
---@overload fun(attr: string, rate: number, ...): dgraph.ExponentialShift
local ExponentialShift = Shift:extend("ExponentialShift")
shifts.ExponentialShift = ExponentialShift

---@param attr string
---@param ... any  rate, init = what the optimizer has, target, where it stops, optimizer = "main"
function ExponentialShift:init(attr, ...)
  local opts = read(self, attr, { "rate", "init", "target", "optimizer" }, 1, ...)
  if opts.rate < 0 then errors.raise "ExponentialShift: the rate is negative" end
end

function ExponentialShift:value(t)
  local rate = self._opts.rate
  return t == 0 and self._init or limit(self, self._init * rate ^ t, rate > 1)
end

--- init gamma^floor(t / step).
---@class dgraph.StepShift: dgraph.Shift
---@overload fun(attr: string, gamma: number, step: integer, ...): dgraph.StepShift
local StepShift = Shift:extend("StepShift")
shifts.StepShift = StepShift

---@param attr string
---@param ... any  gamma, step, init = what the optimizer has, target, where it stops, optimizer
function StepShift:init(attr, ...)
  read(self, attr, { "gamma", "step", "init", "target", "optimizer" }, 2, ...)
end

function StepShift:value(t)
  local opts = self._opts
  if t == 0 then return self._init end
  return limit(self, self._init * opts.gamma ^ math.floor(t / opts.step), opts.gamma > 1)
end

--- init (1 - t / max_count)^rate.
---@class dgraph.PolynomialShift: dgraph.Shift
---@overload fun(attr: string, rate: number, max_count: integer, ...): dgraph.PolynomialShift
local PolynomialShift = Shift:extend("PolynomialShift")
shifts.PolynomialShift = PolynomialShift

---@param attr string
---@param ... any  rate, max_count, init = what the optimizer has, target, where it stops, optimizer
function PolynomialShift:init(attr, ...)
  read(self, attr, { "rate", "max_count", "init", "target", "optimizer" }, 2, ...)
end

function PolynomialShift:value(t)
  local opts = self._opts
  if t == 0 then return self._init end
  local value = self._init * math.max(1 - t / opts.max_count, 0) ^ opts.rate
  return limit(self, value, opts.rate <= 0)
end

--- init (1 + gamma t)^-power.
---@class dgraph.InverseShift: dgraph.Shift
---@overload fun(attr: string, gamma: number, power: number, ...): dgraph.InverseShift
local InverseShift = Shift:extend("InverseShift")
shifts.InverseShift = InverseShift

---@param attr string
---@param ... any  gamma, power, init = what the optimizer has, target, where it stops, optimizer
function InverseShift:init(attr, ...)
  local opts = read(self, attr, { "gamma", "power", "init", "target", "optimizer" }, 2, ...)
  if opts.gamma < 0 then errors.raise "InverseShift: gamma is negative" end
end

function InverseShift:value(t)
  local opts = self._opts
  if t == 0 then return self._init end
  return limit(self, self._init * (1 + opts.gamma * t) ^ -opts.power, opts.power < 0)
end

--- From the first value to the second between the first time and the second.
---@class dgraph.LinearShift: dgraph.Shift
---@overload fun(attr: string, value_range: number[], ...): dgraph.LinearShift
local LinearShift = Shift:extend("LinearShift")
shifts.LinearShift = LinearShift

---@param attr string
---@param ... any  value_range, time_range, optimizer
function LinearShift:init(attr, ...)
  read(self, attr, { "value_range", "time_range", "optimizer" }, 2, ...)
end

function LinearShift:value(t)
  local values, times = self._opts.value_range, self._opts.time_range
  if t <= times[1] then return values[1] end
  if t >= times[2] then return values[2] end
  return values[1] + (t - times[1]) / (times[2] - times[1]) * (values[2] - values[1])
end

--- init gamma^n, n being how many of the steps have come.
---@class dgraph.MultistepShift: dgraph.Shift
---@overload fun(attr: string, gamma: number, step_value: integer[], ...): dgraph.MultistepShift
local MultistepShift = Shift:extend("MultistepShift")
shifts.MultistepShift = MultistepShift

---@param attr string
---@param ... any  gamma, step_value, in rising order, init = what the optimizer has, optimizer
function MultistepShift:init(attr, ...)
  read(self, attr, { "gamma", "step_value", "init", "optimizer" }, 2, ...)
end

function MultistepShift:value(t)
  local count = 0
  for _, step in ipairs(self._opts.step_value) do
    if t >= step then count = count + 1 end
  end
  return self._init * self._opts.gamma ^ count
end

--- From warmup_start to init in the first warmup_iter calls; then it stays.
---@class dgraph.WarmupShift: dgraph.Shift
---@overload fun(attr: string, warmup_start: number, warmup_iter: integer, ...): dgraph.WarmupShift
local WarmupShift = Shift:extend("WarmupShift")
shifts.WarmupShift = WarmupShift

---@param attr string
---@param ... any  warmup_start, warmup_iter, init, optimizer
function WarmupShift:init(attr, ...)
  read(self, attr, { "warmup_start", "warmup_iter", "init", "optimizer" }, 3, ...)
end

--- Sets the next value, while it warms up: other extensions may change it afterwards.
---@param trainer dgraph.Trainer
function WarmupShift:__call(trainer)
  self._t = self._t + 1
  if self._t <= self._opts.warmup_iter then set(self, trainer, self:value(self._t)) end
end

function WarmupShift:value(t)
  local opts = self._opts
  return (t * opts.init + (opts.warmup_iter - t) * opts.warmup_start) / opts.warmup_iter
end

return shifts
