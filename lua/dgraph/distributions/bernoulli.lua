--- A coin: 1 with probability p, else 0.
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Bernoulli(p)`, or `Bernoulli { logit = log(p / (1 - p)) }`. With `binary_check` what is neither
--- 0 nor 1 has the probability 0; without, the formula is used as it is. Samples have p's dtype and
--- no gradient.
---@class dgraph.Bernoulli: dgraph.Distribution
---@field p dgraph.Tensor
---@field logit dgraph.Tensor
---@field binary_check boolean  false by default
---@overload fun(p: dgraph.ParameterLike|table, ...): dgraph.Bernoulli
local Bernoulli = Distribution:extend("Bernoulli")

Bernoulli.parameters = { "p", "logit" }
Bernoulli.forms = { { "p" }, { "logit" } }
Bernoulli.settings = { { "binary_check", false } }
Bernoulli.support, Bernoulli.is_continuous = "{0, 1}", false

local getters = Bernoulli.getters

function getters.p(self)
  local given = self.given
  return given.p or F.sigmoid(given.logit)
end

function getters.logit(self)
  local given = self.given
  return given.logit or F.log(given.p) - F.log1p(-given.p)
end

function getters.mean(self) return self.p end

function getters.variance(self)
  local p = self.p
  return p * (1 - p)
end

--- x log p + (1 - x) log(1 - p), out of p.
local function by_p(x, p) return terms.xlogy(x, p) + terms.xlog1py(1 - x, -p) end

--- The same out of the logit l: x l - log(1 + exp(l)). Where l is infinite, so that p is 0 or 1, it
--- is 0 or -inf, without a gradient.
local function by_logit(x, logit)
  local certain = F.isinf(logit)
  local finite = F.masked_fill(logit, certain, 0)
  local y = x * finite - F.softplus(finite)
  local missed = F.ne(x, F.cast(F.gt(logit, 0), logit.dtype))
  y = F.masked_fill(y, certain, 0)
  return F.masked_fill(y, F.logical_and(certain, missed), -math.huge)
end

--- The logarithm of x's probability; for an x between 0 and 1 the mean of both.
local function log_likelihood(self, x)
  local given = self.given
  return given.p and by_p(x, given.p) or by_logit(x, given.logit)
end

function getters.entropy(self) return -log_likelihood(self, self.p) end

--- Which x are no result of a coin.
local function is_other(x) return F.logical_and(F.ne(x, 0), F.ne(x, 1)) end

function Bernoulli:log_prob(x)
  x = self:point(x, "log_prob")
  local y = log_likelihood(self, x)
  return self.binary_check and terms.inside(y, is_other(x)) or y
end

function Bernoulli:prob(x)
  x = self:point(x, "prob")
  local p = self.p
  local y = x * p + (1 - x) * (1 - p)
  return self.binary_check and F.masked_fill(y, is_other(x), 0) or y
end

function Bernoulli:sample_n(n)
  local shape = self:sampled_shape(n)
  return draws.rounded(self, function()
    return F.lt(draws.uniform(self, shape), F.cast(self.p, "float64"))
  end)
end

kl.register_kl(Bernoulli, Bernoulli, function(p, q)
  local chance = p.p
  return log_likelihood(p, chance) - log_likelihood(q, chance)
end)

return Bernoulli
