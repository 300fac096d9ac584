--- How often something happens that happens lam times in the mean: lam^x exp(-lam) / x! for
--- x = 0, 1, ...
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Poisson(lam)`. Samples have lam's dtype and no gradient.
---@class dgraph.Poisson: dgraph.Distribution
---@field lam dgraph.Tensor  the mean
---@overload fun(lam: dgraph.ParameterLike|table): dgraph.Poisson
local Poisson = Distribution:extend("Poisson")

Poisson.parameters = { "lam" }
Poisson.support, Poisson.is_continuous = "non negative integer", false

local getters = Poisson.getters

function getters.mean(self) return self.lam end

getters.variance = getters.mean

function Poisson:log_prob(x)
  x = self:point(x, "log_prob")
  local lam = self.lam
  return terms.xlogy(x, lam) - F.lgamma(x + 1) - lam
end

function Poisson:sample_n(n)
  local shape = self:sampled_shape(n)
  return draws.rounded(self, function() return draws.poisson("Poisson", self.lam, shape) end)
end

kl.register_kl(Poisson, Poisson, function(p, q)
  return terms.xlogx(p.lam) - terms.xlogy(p.lam, q.lam) - p.lam + q.lam
end)

return Poisson
