--- The gamma distribution: p(x) = x^(k - 1) exp(-x / theta) / (theta^k gamma(k)) for x of 0 or
--- more.
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Gamma(k, theta)`. Samples have gradients to theta, none to k.
---@class dgraph.Gamma: dgraph.Distribution
---@field k dgraph.Tensor  the shape
---@field theta dgraph.Tensor  the scale
---@overload fun(k: dgraph.ParameterLike|table, theta: dgraph.ParameterLike?): dgraph.Gamma
local Gamma = Distribution:extend("Gamma")

Gamma.parameters = { "k", "theta" }
Gamma.support, Gamma.is_continuous = "positive", true

local getters = Gamma.getters

function getters.mean(self) return self.k * self.theta end

function getters.variance(self) return self.k * F.square(self.theta) end

function getters.entropy(self)
  local k = self.k
  return k + F.log(self.theta) + F.lgamma(k) + (1 - k) * F.digamma(k)
end

function Gamma:log_prob(x)
  x = self:point(x, "log_prob")
  local k, theta = self.k, self.theta
  local y = terms.xlogy(k - 1, x) - x / theta - k * F.log(theta) - F.lgamma(k)
  return terms.inside(y, F.lt(x, 0))
end

function Gamma:sample_n(n)
  local shape = self:sampled_shape(n)
  local y = draws.rounded(self, function()
    return F.exp(draws.log_gamma("Gamma", "k", self.k, shape))
  end)
  return self.theta * y
end

kl.register_kl(Gamma, Gamma, function(p, q)
  return (p.k - q.k) * F.digamma(p.k) - F.lgamma(p.k) + F.lgamma(q.k)
    + q.k * (F.log(q.theta) - F.log(p.theta)) + p.k * (p.theta / q.theta - 1)
end)

return Gamma
