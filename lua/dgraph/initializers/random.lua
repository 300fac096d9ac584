--- Initializers that draw random numbers, from a seed that `dg.seed` sets.
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local Initializer = require "dgraph.initializers.initializer"
local native = require "dgraph.native"

local C = native.C

local random = {}

--- A class whose spread depends on the shape: `spread(self, shape)` is the standard deviation of
--- normal numbers, or half the width of the interval of uniform ones.
local function define(name, fill, default_scale, spread)
  local class = Initializer:extend(name)
  function class:init(scale) self.scale = scale or default_scale end
  function class:fill(x) fill(x, spread(self, x.shape)) end
  random[name] = class
  return class
end

--- A parameter asks for its numbers once: they are made elsewhere and copied.
local function take(x, numbers)
  x:copydata(numbers)
  numbers:release()
end

local function fill_normal(x, deviation)
  local ndim = check.shape(x.shape, "initializers")
  take(x, native.wrap(C.dg_normal(C.dg_dtype_of(x), ndim, check.sizes, 0, deviation)))
end

local function fill_uniform(x, bound)
  local ndim = check.shape(x.shape, "initializers")
  take(x, native.wrap(C.dg_uniform(C.dg_dtype_of(x), ndim, check.sizes, -bound, bound)))
end

local function plain(self) return self.scale end

--- `sqrt(variance / fan_in)`
local function by_inputs(variance)
  return function(self, shape)
    local fan_in = Initializer.get_fans(shape)
    return self.scale * math.sqrt(variance / fan_in)
  end
end

--- `sqrt(variance / (fan_in + fan_out))`
local function by_both(variance)
  return function(self, shape)
    local fan_in, fan_out = Initializer.get_fans(shape)
    return self.scale * math.sqrt(variance / (fan_in + fan_out))
  end
end

--- The same with the inputs, or with the outputs where `fan_option` says so.
local function by_chosen(variance)
  return function(self, shape)
    local fan_in, fan_out = Initializer.get_fans(shape)
    local fan = self.fan_option == "fan_out" and fan_out or fan_in
    return self.scale * math.sqrt(variance / fan)
  end
end

---@class dgraph.Normal: dgraph.Initializer
---@overload fun(scale?: number): dgraph.Normal  scale: the standard deviation, 0.05 by default
define("Normal", fill_normal, 0.05, plain)

---@class dgraph.Uniform: dgraph.Initializer
---@overload fun(scale?: number): dgraph.Uniform  from -scale to scale, 0.05 by default
define("Uniform", fill_uniform, 0.05, plain)

-- LeCun, Bottou, Orr, Müller, "Efficient BackProp", 1998: variance 1 / fan_in.

---@class dgraph.LeCunNormal: dgraph.Initializer
---@overload fun(scale?: number): dgraph.LeCunNormal
define("LeCunNormal", fill_normal, 1, by_inputs(1))

---@class dgraph.LeCunUniform: dgraph.Initializer
---@overload fun(scale?: number): dgraph.LeCunUniform
define("LeCunUniform", fill_uniform, 1, by_inputs(3))

-- Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks",
-- 2010: variance 2 / (fan_in + fan_out).

---@class dgraph.GlorotNormal: dgraph.Initializer
---@overload fun(scale?: number): dgraph.GlorotNormal
define("GlorotNormal", fill_normal, 1, by_both(2))

---@class dgraph.GlorotUniform: dgraph.Initializer
---@overload fun(scale?: number): dgraph.GlorotUniform
define("GlorotUniform", fill_uniform, 1, by_both(6))

-- He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015: variance 2 / fan.

--- Initializers of He: the scale, and which fan counts.
local function he_init(self, scale, fan_option)
  if fan_option ~= nil and fan_option ~= "fan_in" and fan_option ~= "fan_out" then
    errors.raisef("%s: fan_option is fan_in or fan_out, not %s", self._name, tostring(fan_option))
  end
  self.scale, self.fan_option = scale or 1, fan_option or "fan_in"
end

---@class dgraph.HeNormal: dgraph.Initializer
---@overload fun(scale?: number, fan_option?: "fan_in"|"fan_out"): dgraph.HeNormal
define("HeNormal", fill_normal, 1, by_chosen(2)).init = he_init

---@class dgraph.HeUniform: dgraph.Initializer
---@overload fun(scale?: number, fan_option?: "fan_in"|"fan_out"): dgraph.HeUniform
define("HeUniform", fill_uniform, 1, by_chosen(6)).init = he_init

return random
