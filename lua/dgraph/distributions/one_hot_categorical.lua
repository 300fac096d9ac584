--- A choice among k as a vector: 1 at position i with probability p[i], 0 elsewhere.
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Categorical = require "dgraph.distributions.categorical"
local Distribution = require "dgraph.distributions.distribution"

--- `OneHotCategorical(p)`; the last axis is the event. Samples have p's dtype and no gradient.
---@class dgraph.OneHotCategorical: dgraph.Distribution
---@field p dgraph.Tensor  batch_shape, k
---@field log_p dgraph.Tensor  batch_shape, k
---@overload fun(p: dgraph.ParameterLike|table): dgraph.OneHotCategorical
local OneHotCategorical = Distribution:extend("OneHotCategorical")

OneHotCategorical.parameters = { "p" }
OneHotCategorical.event_axes = { p = 1 }
OneHotCategorical.support, OneHotCategorical.is_continuous = "one of k", false

local getters = OneHotCategorical.getters

function getters.event_shape(self)
  local shape = self.given.p.shape
  return { shape[#shape] }
end

function getters.log_p(self) return F.log(self.p) end

function getters.mean(self) return self.p end

function getters.variance(self)
  local p = self.p
  return p * (1 - p)
end

function getters.entropy(self) return -F.sum(terms.xlogx(self.p), -1) end

function OneHotCategorical:log_prob(x)
  return F.sum(terms.xlogy(self:point(x, "log_prob"), self.p), -1)
end

function OneHotCategorical:sample_n(n)
  local shape = self:sampled_shape(n)
  local k = table.remove(shape)
  return F.one_hot(draws.choice(self.p, shape), k, self.dtype)
end

kl.register_kl(OneHotCategorical, OneHotCategorical, Categorical.divergence)

return OneHotCategorical
