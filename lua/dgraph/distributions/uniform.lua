--- Equal chance from low to high: p(x) = 1 / (high - low) between them, both included.
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Uniform(low, high)`, or `Uniform { loc = low, scale = high - low }`. Samples have gradients to
--- both.
---@class dgraph.UniformDistribution: dgraph.Distribution
---@field low dgraph.Tensor
---@field high dgraph.Tensor
---@field loc dgraph.Tensor  low
---@field scale dgraph.Tensor  high - low
---@overload fun(low: dgraph.ParameterLike|table, ...): dgraph.UniformDistribution
local Uniform = Distribution:extend("Uniform")

Uniform.parameters = { "low", "high", "loc", "scale" }
Uniform.forms = { { "low", "high" }, { "loc", "scale" } }
Uniform.support, Uniform.is_continuous = "[low, high]", true

local getters = Uniform.getters

function getters.low(self)
  local given = self.given
  return given.low and self:spread("low", given.low) or self:spread("loc", given.loc)
end

getters.loc = getters.low

function getters.high(self)
  local given = self.given
  if given.high then return self:spread("high", given.high) end
  return self.loc + self.scale
end

function getters.scale(self)
  local given = self.given
  if given.scale then return self:spread("scale", given.scale) end
  return self.high - self.low
end

function getters.mean(self) return (self.low + self.high) * 0.5 end

function getters.variance(self) return F.square(self.scale) / 12 end

function getters.stddev(self) return self.scale / math.sqrt(12) end

function getters.entropy(self) return F.log(self.scale) end

function Uniform:log_prob(x)
  x = self:point(x, "log_prob")
  return terms.inside(-F.log(self.scale), F.logical_or(F.lt(x, self.low), F.gt(x, self.high)))
end

function Uniform:cdf(x) return F.clip((self:point(x, "cdf") - self.loc) / self.scale, 0, 1) end

function Uniform:icdf(x) return self.loc + self.scale * self:point(x, "icdf") end

function Uniform:sample_n(n)
  local shape = self:sampled_shape(n)
  return self.loc + self.scale * draws.rounded(self, function()
    return draws.uniform(self, shape)
  end)
end

--- Infinite unless q reaches as far as p.
kl.register_kl(Uniform, Uniform, function(p, q)
  local beyond = F.logical_or(F.lt(p.low, q.low), F.gt(p.high, q.high))
  return F.masked_fill(F.log(q.scale) - F.log(p.scale), beyond, math.huge)
end)

return Uniform
