--- The Pareto distribution: p(x) = alpha scale^alpha / x^(alpha + 1) for x of scale or more.
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Pareto(scale, alpha)`. Samples have gradients to both (Chainer's only to the scale).
---@class dgraph.Pareto: dgraph.Distribution
---@field scale dgraph.Tensor  the least value
---@field alpha dgraph.Tensor  how fast large values become rare
---@overload fun(scale: dgraph.ParameterLike|table, alpha: dgraph.ParameterLike?): dgraph.Pareto
local Pareto = Distribution:extend("Pareto")

Pareto.parameters = { "scale", "alpha" }
Pareto.support, Pareto.is_continuous = "[scale, inf]", true

local getters = Pareto.getters

--- Infinite where alpha is 1 or less.
function getters.mean(self)
  local none = F.le(self.alpha, 1)
  local alpha = F.masked_fill(self.alpha, none, 2)
  return F.masked_fill(alpha * self.scale / (alpha - 1), none, math.huge)
end

--- Infinite where alpha is 2 or less.
function getters.variance(self)
  local none = F.le(self.alpha, 2)
  local alpha = F.masked_fill(self.alpha, none, 3)
  local y = F.square(self.scale) * alpha / (F.square(alpha - 1) * (alpha - 2))
  return F.masked_fill(y, none, math.huge)
end

function getters.entropy(self)
  local alpha = self.alpha
  return F.log(self.scale) - F.log(alpha) + 1 / alpha + 1
end

function Pareto:log_prob(x)
  x = self:point(x, "log_prob")
  local scale, alpha = self.scale, self.alpha
  local y = F.log(alpha) + alpha * F.log(scale) - (alpha + 1) * F.log(x)
  return terms.inside(y, F.lt(x, scale))
end

function Pareto:sample_n(n)
  local shape = self:sampled_shape(n)
  local e = draws.rounded(self, function() return draws.exponential(self, shape) end)
  return self.scale * F.exp(e / self.alpha)
end

--- Infinite where p reaches further down than q.
kl.register_kl(Pareto, Pareto, function(p, q)
  local y = q.alpha * (F.log(p.scale) - F.log(q.scale)) + F.log(p.alpha) - F.log(q.alpha)
    + q.alpha / p.alpha - 1
  return F.masked_fill(y, F.lt(p.scale, q.scale), math.huge)
end)

return Pareto
