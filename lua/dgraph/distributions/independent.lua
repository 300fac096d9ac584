--- A distribution whose last batch axes are one event: its log_prob is summed over them.
--- Source: Chainer.
local check = require "dgraph.check"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local F = require "dgraph.functions"
local kl = require "dgraph.distributions.kl"
local Distribution = require "dgraph.distributions.distribution"

--- `Independent(distribution, reinterpreted_batch_ndims)`; all batch axes but the first when no
--- number is given. Samples are those of the distribution.
---@class dgraph.Independent: dgraph.Distribution
---@field distribution dgraph.Distribution
---@field reinterpreted_batch_ndims integer  how many batch axes belong to an event
---@overload fun(distribution: dgraph.Distribution, n: integer?): dgraph.Independent
local Independent = Distribution:extend("Independent")

--- Two parts of a list: all but the last n, and these.
local function split(list, n)
  local head, tail = {}, {}
  for i, value in ipairs(list) do
    if i <= #list - n then head[#head + 1] = value else tail[#tail + 1] = value end
  end
  return head, tail
end

function Independent:init(distribution, reinterpreted_batch_ndims)
  if type(distribution) ~= "table" or not Distribution.is(distribution, Distribution) then
    errors.raisef("Independent: wanted a distribution, got %s", check.spell(distribution))
  end
  local axes, n = #distribution.batch_shape, reinterpreted_batch_ndims
  if n == nil then n = math.max(0, axes - 1) end
  check.integer(n, "Independent", "reinterpreted_batch_ndims")
  if n < 0 or n > axes then
    errors.raisef("Independent: reinterpreted_batch_ndims is %d, the batch has %d axes", n, axes)
  end
  self.distribution, self.reinterpreted_batch_ndims = distribution, n
end

local getters = Independent.getters

for _, name in ipairs { "params", "support", "is_continuous", "dtype", "device", "mean", "mode",
  "variance", "stddev" } do
  getters[name] = function(self) return self.distribution[name] end
end

function getters.batch_shape(self)
  return (split(self.distribution.batch_shape, self.reinterpreted_batch_ndims))
end

function getters.event_shape(self)
  local _, last = split(self.distribution.batch_shape, self.reinterpreted_batch_ndims)
  return Distribution.joined(last, self.distribution.event_shape)
end

--- Reduces the last axes of x with F.sum or F.prod.
local function reduced(self, reduce, x)
  local axes = {}
  for i = 1, self.reinterpreted_batch_ndims do axes[i] = -i end
  return #axes == 0 and x or reduce(x, axes)
end

function getters.entropy(self) return reduced(self, F.sum, self.distribution.entropy) end

local function product(sizes)
  local n = 1
  for _, size in ipairs(sizes) do n = n * size end
  return n
end

--- The distribution's own covariances, or variances, as blocks along the diagonal; the axes of an
--- event are one.
function getters.covariance(self)
  local inner = self.distribution
  local batch, last = split(inner.batch_shape, self.reinterpreted_batch_ndims)
  local blocks, size = product(last), product(inner.event_shape)
  local each = #inner.event_shape == 0 and inner.variance or inner.covariance
  local wide = F.reshape(each, Distribution.joined(batch, { blocks, size, 1, size }))
  local place = create.eye(blocks, { dtype = self.dtype, device = self.device })
  wide = wide * F.reshape(place, { blocks, 1, blocks, 1 })
  return F.reshape(wide, Distribution.joined(batch, { blocks * size, blocks * size }))
end

local METHODS = {
  log_prob = F.sum, log_cdf = F.sum, log_survival_function = F.sum, prob = F.prod, cdf = F.prod,
  survival_function = F.prod, perplexity = F.prod,
}
for name, reduce in pairs(METHODS) do
  Independent[name] = function(self, x)
    local inner = self.distribution
    return reduced(self, reduce, inner[name](inner, x))
  end
end

--- An error: the joint cdf has no inverse.
function Independent:icdf()
  errors.raisef("Independent: the cdf of several variables has no inverse (icdf of %s has one)",
    self.distribution._name)
end

function Independent:sample_n(n) return self.distribution:sample_n(n) end

---@param device dgraph.Device
---@return dgraph.Independent
function Independent:to(device)
  return Independent(self.distribution:to(device), self.reinterpreted_batch_ndims)
end

--- The sum of the divergences of the distributions.
kl.register_kl(Independent, Independent, function(p, q)
  local a, b = p.event_shape, q.event_shape
  local n, m = p.reinterpreted_batch_ndims, q.reinterpreted_batch_ndims
  if not Distribution.same_shape(a, b) or n ~= m then
    errors.raisef("kl_divergence: events of (%s) and (%s), %d and %d of their axes from the batch",
      table.concat(a, ", "), table.concat(b, ", "), n, m)
  end
  return reduced(p, F.sum, kl.kl_divergence(p.distribution, q.distribution))
end)

return Independent
