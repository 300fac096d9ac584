--- Random numbers behind the samples. All but normal ones are drawn in float64, whose tails reach
--- further, and rounded to the dtype of the distribution at the end. They have no graph.
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local random = require "dgraph.random"
local scope = require "dgraph.scope"
local config = require "dgraph.config"
local F = require "dgraph.functions"

local draws = {}

--- Calls f without a graph; what it makes on the way is given back.
local function alone(f) return config.no_backprop_mode(scope.scope, f) end

--- What f makes of random numbers, in the distribution's dtype.
---@param d dgraph.Distribution
---@param f fun(): dgraph.Tensor
---@return dgraph.Tensor
function draws.rounded(d, f)
  return alone(function()
    local y = f()
    return y.dtype == d.dtype and y or F.cast(y, d.dtype)
  end)
end

local function uniform(shape, device)
  return random.uniform(0, 1, shape, { dtype = "float64", device = device })
end

-- Behind 0 the smallest number of the generator is 2^-53, so that nothing else moves.
local function positive_uniform(shape, device)
  return random.uniform(1e-300, 1, shape, { dtype = "float64", device = device })
end

--- Equal chance in [0, 1), float64.
---@param d dgraph.Distribution
---@param shape integer[]
---@return dgraph.Tensor
function draws.uniform(d, shape) return uniform(shape, d.device) end

--- Normal numbers in the distribution's dtype.
---@param d dgraph.Distribution
---@param shape integer[]
---@return dgraph.Tensor
function draws.normal(d, shape)
  return random.normal(0, 1, shape, { dtype = d.dtype, device = d.device })
end

--- Exponential numbers of mean 1, above 0, float64.
---@param d dgraph.Distribution
---@param shape integer[]
---@return dgraph.Tensor
function draws.exponential(d, shape)
  return alone(function() return -F.log(positive_uniform(shape, d.device)) end)
end

-- How many elements are drawn at once: few enough for the caches, and to bound the memory for the
-- many arrays of a round.
local CHUNK = 16384

--- f for one piece of x after the other.
---@param x dgraph.Tensor  one axis
---@param f fun(x: dgraph.Tensor): dgraph.Tensor
---@return dgraph.Tensor
local function in_chunks(x, f)
  local size = x.size
  if size <= CHUNK then return f(x) end
  local y = create.empty_like(x)
  for first = 1, size, CHUNK do
    scope.scope(function()
      local piece = { { first, math.min(first + CHUNK - 1, size) } }
      y[piece] = f(x[piece])
    end)
  end
  return y
end

--- Draws for each element until it is accepted: a round costs as much as there is left to draw.
---@param x dgraph.Tensor  one axis
---@param propose fun(x: dgraph.Tensor): dgraph.Tensor, dgraph.Tensor  values, which are accepted
---@return dgraph.Tensor
local function until_accepted(x, propose)
  local y, fits = propose(x)
  local left = F.nonzero(F.logical_not(fits)):reshape { -1 }
  while left.size > 0 do
    local values, fit = propose(x[left])
    y[left] = values
    left = left[F.logical_not(fit)]
  end
  return y
end

--- The parameters as float64 without a graph, one after the other, n times.
local function repeated(x, shape)
  return F.broadcast_to(F.cast(x.data, "float64"), shape):reshape { -1 }
end

local function check_range(who, name, wrong, wanted)
  if F.any(wrong):item() then errors.raisef("%s: sample: %s must be %s", who, name, wanted) end
end

--- log(d v) where d = k - 1/3 and v = (1 + x / sqrt(9 d))^3; k is 1 or more.
local function propose_gamma(k)
  local d = k - 1 / 3
  local x = random.normal(0, 1, k.shape, { dtype = "float64", device = k.device })
  local root = 1 + x / F.sqrt(d * 9)
  local v = root * root * root
  local log_v = F.log(F.maximum(v, 1e-300))
  local bound = 0.5 * x * x + d * (1 - v + log_v)
  local fits = F.lt(F.log(positive_uniform(k.shape, k.device)), bound)
  return F.log(d) + log_v, F.logical_and(fits, F.gt(v, 0))
end

--- A k below 1 goes by way of k + 1, as gamma(k) is gamma(k + 1) u^(1/k).
local function log_gamma(k)
  local small = F.lt(k, 1)
  local y = until_accepted(k + F.cast(small, "float64"), propose_gamma)
  return F.where(small, y + F.log(positive_uniform(k.shape, k.device)) / k, y)
end

--- Logarithms of numbers of the gamma distribution of scale 1, float64: for a small k the
--- numbers themselves would underflow.
--- Source: Marsaglia, Tsang, "A simple method for generating gamma variables", 2000.
---@param who string
---@param name string  of k, for errors
---@param k dgraph.Tensor
---@param shape integer[]  k broadcasts to it
---@return dgraph.Tensor
function draws.log_gamma(who, name, k, shape)
  return alone(function()
    local flat = repeated(k, shape)
    local fits = F.logical_and(F.gt(flat, 0), F.lt(flat, math.huge))
    check_range(who, name, F.logical_not(fits), "above 0 and finite")
    return in_chunks(flat, log_gamma):reshape(shape)
  end)
end

--- Below this mean Poisson numbers are found by adding up probabilities, above it by rejection.
local FEW = 10
-- A mean below FEW gives more than this with a chance below 1e-25.
local MOST = 60

--- The first whole number whose cumulated probability exceeds a uniform number.
local function few(lam)
  local u, p = uniform(lam.shape, lam.device), F.exp(-lam)
  local total, y = p, create.zeros_like(lam)
  for number = 1, MOST do
    local above = F.ge(u, total)
    if not F.any(above):item() then break end
    y = y + F.cast(above, "float64")
    p = p * lam / number
    total = total + p
  end
  return y
end

--- Transformed rejection with a squeeze; the constants are those of the paper.
--- Source: Hörmann, "The transformed rejection method for generating Poisson random variables",
--- 1993 (algorithm PTRS).
local function propose_many(lam)
  local b = F.sqrt(lam) * 2.53 + 0.931
  local a = b * 0.02483 - 0.059
  local u, v = uniform(lam.shape, lam.device) - 0.5, positive_uniform(lam.shape, lam.device)
  local edge = F.maximum(0.5 - F.absolute(u), 1e-300)
  local y = F.floor((a * 2 / edge + b) * u + lam + 0.43)
  local at_once = F.logical_and(F.ge(edge, 0.07), F.le(v, 0.9277 - 3.6224 / (b - 2)))
  local never = F.logical_or(F.lt(y, 0), F.logical_and(F.lt(edge, 0.013), F.gt(v, edge)))
  local k = F.maximum(y, 0)
  local ratio = F.log(v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (edge * edge) + b))
  local fits = F.le(ratio, k * F.log(lam) - lam - F.lgamma(k + 1))
  return y, F.logical_or(at_once, F.logical_and(F.logical_not(never), fits))
end

local function poisson(lam)
  local y, is_few = create.zeros_like(lam), F.lt(lam, FEW)
  local places = F.nonzero(is_few):reshape { -1 }
  if places.size > 0 then y[places] = few(lam[places]) end
  places = F.nonzero(F.logical_not(is_few)):reshape { -1 }
  if places.size > 0 then y[places] = until_accepted(lam[places], propose_many) end
  return y
end

--- Numbers of the Poisson distribution, float64.
---@param who string
---@param lam dgraph.Tensor
---@param shape integer[]  lam broadcasts to it
---@return dgraph.Tensor
function draws.poisson(who, lam, shape)
  return alone(function()
    local flat = repeated(lam, shape)
    local fits = F.logical_and(F.ge(flat, 0), F.lt(flat, math.huge))
    check_range(who, "lam", F.logical_not(fits), "0 or more and finite")
    return in_chunks(flat, poisson):reshape(shape)
  end)
end

--- Positions from 1 along the last axis of p, by its probabilities, which need not add up to 1.
---@param p dgraph.Tensor  batch x k
---@param shape integer[]  n, batch
---@return dgraph.Tensor  int64
function draws.choice(p, shape)
  return alone(function()
    local totals = F.cumsum(F.cast(p.data, "float64"), -1)
    local k = totals.shape[#totals.shape]
    local most = F.take(totals, create.tensor({ k }, { dtype = "int64", device = p.device }), -1)
    local u = F.expand_dims(uniform(shape, p.device), -1) * most
    return F.sum(F.ge(u, totals), -1) + 1
  end)
end

return draws
