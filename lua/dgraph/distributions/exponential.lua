--- The exponential distribution: p(x) = lam exp(-lam x) for x of 0 or more.
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Exponential(lam)`. Samples have gradients.
---@class dgraph.Exponential: dgraph.Distribution
---@field lam dgraph.Tensor  the rate, 1 / mean
---@overload fun(lam: dgraph.ParameterLike|table): dgraph.Exponential
local Exponential = Distribution:extend("Exponential")

Exponential.parameters = { "lam" }
Exponential.support, Exponential.is_continuous = "positive", true

local getters = Exponential.getters

function getters.mean(self) return 1 / self.lam end

getters.stddev = getters.mean

function getters.variance(self) return F.square(self.mean) end

function getters.entropy(self) return 1 - F.log(self.lam) end

function Exponential:log_prob(x)
  x = self:point(x, "log_prob")
  local lam = self.lam
  return terms.inside(F.log(lam) - lam * x, F.lt(x, 0))
end

function Exponential:cdf(x) return -F.expm1(-self.lam * F.relu(self:point(x, "cdf"))) end

function Exponential:log_survival_function(x)
  return -self.lam * F.relu(self:point(x, "log_survival_function"))
end

function Exponential:survival_function(x) return F.exp(self:log_survival_function(x)) end

function Exponential:icdf(x) return -F.log1p(-self:point(x, "icdf")) / self.lam end

function Exponential:sample_n(n)
  local shape = self:sampled_shape(n)
  return draws.rounded(self, function() return draws.exponential(self, shape) end) / self.lam
end

kl.register_kl(Exponential, Exponential, function(p, q)
  return F.log(p.lam) - F.log(q.lam) + q.lam / p.lam - 1
end)

return Exponential
