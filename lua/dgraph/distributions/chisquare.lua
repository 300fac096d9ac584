--- The chi-square distribution, that of the sum of k squares of normal numbers:
--- p(x) = x^(k / 2 - 1) exp(-x / 2) / (2^(k / 2) gamma(k / 2)) for x of 0 or more.
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Chisquare(k)`. Samples have no gradient.
---@class dgraph.Chisquare: dgraph.Distribution
---@field k dgraph.Tensor  degrees of freedom
---@overload fun(k: dgraph.ParameterLike|table): dgraph.Chisquare
local Chisquare = Distribution:extend("Chisquare")

Chisquare.parameters = { "k" }
Chisquare.support, Chisquare.is_continuous = "positive", true

local getters = Chisquare.getters

function getters.mean(self) return self.k end

function getters.variance(self) return self.k * 2 end

function getters.entropy(self)
  local half = self.k * 0.5
  return half + F.lgamma(half) + (1 - half) * F.digamma(half) + math.log(2)
end

function Chisquare:log_prob(x)
  x = self:point(x, "log_prob")
  local half = self.k * 0.5
  local y = terms.xlogy(half - 1, x) - x * 0.5 - half * math.log(2) - F.lgamma(half)
  return terms.inside(y, F.lt(x, 0))
end

function Chisquare:sample_n(n)
  local shape = self:sampled_shape(n)
  return draws.rounded(self, function()
    return F.exp(draws.log_gamma("Chisquare", "k", self.k * 0.5, shape)) * 2
  end)
end

return Chisquare
