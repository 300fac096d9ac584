--- Gumbel's distribution of extremes: p(x) = exp(-z - exp(-z)) / scale, z = (x - loc) / scale.
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Gumbel(loc, scale)`. Samples have gradients to both.
---@class dgraph.Gumbel: dgraph.Distribution
---@field loc dgraph.Tensor  the most probable value
---@field scale dgraph.Tensor
---@overload fun(loc: dgraph.ParameterLike|table, scale: dgraph.ParameterLike?): dgraph.Gumbel
local Gumbel = Distribution:extend("Gumbel")

Gumbel.parameters = { "loc", "scale" }
Gumbel.support, Gumbel.is_continuous = "real", true

local getters = Gumbel.getters

function getters.mean(self) return self.loc + self.scale * terms.EULER end

function getters.variance(self) return F.square(self.scale) * (math.pi ^ 2 / 6) end

function getters.entropy(self) return F.log(self.scale) + (terms.EULER + 1) end

function Gumbel:log_prob(x)
  local scale = self.scale
  local z = (self:point(x, "log_prob") - self.loc) / scale
  return -F.log(scale) - z - F.exp(-z)
end

function Gumbel:sample_n(n)
  local shape = self:sampled_shape(n)
  local z = draws.rounded(self, function() return -F.log(draws.exponential(self, shape)) end)
  return self.loc + self.scale * z
end

kl.register_kl(Gumbel, Gumbel, function(p, q)
  local ratio, apart = p.scale / q.scale, (p.loc - q.loc) / q.scale
  return F.log(q.scale) - F.log(p.scale) + (ratio - 1) * terms.EULER
    + F.exp(F.lgamma(ratio + 1) - apart) - 1 + apart
end)

return Gumbel
