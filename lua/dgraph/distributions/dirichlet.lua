--- The Dirichlet distribution of k numbers that add up to 1: p(x) is the product of
--- x_i^(alpha_i - 1), divided by B(alpha).
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Dirichlet(alpha)`; the last axis is the event. Samples have no gradient.
---@class dgraph.Dirichlet: dgraph.Distribution
---@field alpha dgraph.Tensor  batch_shape, k
---@field alpha0 dgraph.Tensor  batch_shape; the sum of alpha
---@overload fun(alpha: dgraph.ParameterLike|table): dgraph.Dirichlet
local Dirichlet = Distribution:extend("Dirichlet")

Dirichlet.parameters = { "alpha" }
Dirichlet.event_axes = { alpha = 1 }
Dirichlet.support, Dirichlet.is_continuous = "[0, 1]", true

local getters = Dirichlet.getters

function getters.event_shape(self)
  local shape = self.given.alpha.shape
  return { shape[#shape] }
end

function getters.alpha0(self) return F.sum(self.alpha, -1) end

--- alpha, and its sum with an axis of size 1.
local function sums(self) return self.alpha, F.sum(self.alpha, -1, true) end

function getters.mean(self)
  local alpha, total = sums(self)
  return alpha / total
end

function getters.variance(self)
  local alpha, total = sums(self)
  return alpha * (total - alpha) / (F.square(total) * (total + 1))
end

--- log B(alpha).
local function lbeta(self) return F.sum(F.lgamma(self.alpha), -1) - F.lgamma(self.alpha0) end

function getters.entropy(self)
  local alpha, total = self.alpha, self.alpha0
  return lbeta(self) + (total - self.event_shape[1]) * F.digamma(total)
    - F.sum((alpha - 1) * F.digamma(alpha), -1)
end

function Dirichlet:log_prob(x)
  return F.sum(terms.xlogy(self.alpha - 1, self:point(x, "log_prob")), -1) - lbeta(self)
end

function Dirichlet:sample_n(n)
  local shape = self:sampled_shape(n)
  return draws.rounded(self, function()
    return F.softmax(draws.log_gamma("Dirichlet", "alpha", self.alpha, shape), -1)
  end)
end

kl.register_kl(Dirichlet, Dirichlet, function(p, q)
  local alpha, total = sums(p)
  return lbeta(q) - lbeta(p)
    + F.sum((alpha - q.alpha) * (F.digamma(alpha) - F.digamma(total)), -1)
end)

return Dirichlet
