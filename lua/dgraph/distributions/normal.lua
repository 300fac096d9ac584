--- The normal distribution: p(x) = exp(-(x - loc)^2 / (2 scale^2)) / (scale sqrt(2 pi)).
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Normal(loc, scale)`, or `Normal(loc, { log_scale = log_scale })`. Samples have gradients to
--- both.
---@class dgraph.NormalDistribution: dgraph.Distribution
---@field loc dgraph.Tensor
---@field scale dgraph.Tensor  the standard deviation
---@field log_scale dgraph.Tensor
---@overload fun(loc: dgraph.ParameterLike|table, ...): dgraph.NormalDistribution
local Normal = Distribution:extend("Normal")

Normal.parameters = { "loc", "scale", "log_scale" }
Normal.forms = { { "loc", "scale" }, { "loc", "log_scale" } }
Normal.support, Normal.is_continuous = "real", true

local getters = Normal.getters

function getters.scale(self)
  local given = self.given
  if given.scale then return self:spread("scale", given.scale) end
  return F.exp(self.log_scale)
end

function getters.log_scale(self)
  local given = self.given
  if given.log_scale then return self:spread("log_scale", given.log_scale) end
  return F.log(self.scale)
end

function getters.mean(self) return self.loc end

function getters.stddev(self) return self.scale end

function getters.variance(self) return F.square(self.scale) end

function getters.entropy(self) return self.log_scale + (terms.HALF_LOG_2PI + 0.5) end

--- (x - loc) / scale.
local function standard(self, x, method) return (self:point(x, method) - self.loc) / self.scale end

function Normal:log_prob(x)
  local z = standard(self, x, "log_prob")
  return F.square(z) * -0.5 - self.log_scale - terms.HALF_LOG_2PI
end

function Normal:cdf(x) return F.ndtr(standard(self, x, "cdf")) end

function Normal:log_cdf(x) return F.log_ndtr(standard(self, x, "log_cdf")) end

function Normal:survival_function(x) return F.ndtr(-standard(self, x, "survival_function")) end

function Normal:log_survival_function(x)
  return F.log_ndtr(-standard(self, x, "log_survival_function"))
end

function Normal:icdf(x) return self.loc + self.scale * F.ndtri(self:point(x, "icdf")) end

function Normal:sample_n(n)
  return self.loc + self.scale * draws.normal(self, self:sampled_shape(n))
end

kl.register_kl(Normal, Normal, function(p, q)
  local scale = q.scale
  local ratio, apart = p.scale / scale, (p.loc - q.loc) / scale
  return q.log_scale - p.log_scale + (F.square(ratio) + F.square(apart)) * 0.5 - 0.5
end)

return Normal
