--- What is normal as a logarithm: log x has the mean mu and the standard deviation sigma.
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `LogNormal(mu, sigma)`. Samples have gradients to both.
---@class dgraph.LogNormal: dgraph.Distribution
---@field mu dgraph.Tensor
---@field sigma dgraph.Tensor
---@overload fun(mu: dgraph.ParameterLike|table, sigma: dgraph.ParameterLike?): dgraph.LogNormal
local LogNormal = Distribution:extend("LogNormal")

LogNormal.parameters = { "mu", "sigma" }
LogNormal.support, LogNormal.is_continuous = "positive", true

local getters = LogNormal.getters

function getters.mean(self) return F.exp(self.mu + F.square(self.sigma) * 0.5) end

function getters.variance(self)
  local square = F.square(self.sigma)
  return F.exp(self.mu * 2 + square) * F.expm1(square)
end

function getters.entropy(self)
  return self.mu + F.log(self.sigma) + (terms.HALF_LOG_2PI + 0.5)
end

function LogNormal:log_prob(x)
  x = self:point(x, "log_prob")
  local outside, sigma = F.le(x, 0), self.sigma
  local log_x = F.log(F.masked_fill(x, outside, 1))
  local z = (log_x - self.mu) / sigma
  local y = F.square(z) * -0.5 - F.log(sigma) - log_x - terms.HALF_LOG_2PI
  return terms.inside(y, outside)
end

function LogNormal:sample_n(n)
  return F.exp(self.mu + self.sigma * draws.normal(self, self:sampled_shape(n)))
end

--- That of the two normal distributions.
kl.register_kl(LogNormal, LogNormal, function(p, q)
  local ratio, apart = p.sigma / q.sigma, (p.mu - q.mu) / q.sigma
  return F.log(q.sigma) - F.log(p.sigma) + (F.square(ratio) + F.square(apart)) * 0.5 - 0.5
end)

return LogNormal
