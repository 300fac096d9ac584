--- The Cauchy distribution: p(x) = scale / (pi ((x - loc)^2 + scale^2)).
--- Source: Chainer.
local create = require "dgraph.create"
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local Distribution = require "dgraph.distributions.distribution"

--- `Cauchy(loc, scale)`. Its mean and variance are NaN: there are none. Samples have gradients to
--- both parameters.
---@class dgraph.Cauchy: dgraph.Distribution
---@field loc dgraph.Tensor  the median
---@field scale dgraph.Tensor  half of the width at half of the height
---@overload fun(loc: dgraph.ParameterLike|table, scale: dgraph.ParameterLike?): dgraph.Cauchy
local Cauchy = Distribution:extend("Cauchy")

Cauchy.parameters = { "loc", "scale" }
Cauchy.support, Cauchy.is_continuous = "real", true

local getters = Cauchy.getters

function getters.mean(self) return create.full_like(self.loc, 0 / 0) end

getters.variance = getters.mean

function getters.entropy(self) return F.log(self.scale) + math.log(4 * math.pi) end

function Cauchy:log_prob(x)
  local scale = self.scale
  local z = (self:point(x, "log_prob") - self.loc) / scale
  return -F.log(scale) - F.log1p(F.square(z)) - math.log(math.pi)
end

function Cauchy:cdf(x)
  return F.arctan((self:point(x, "cdf") - self.loc) / self.scale) / math.pi + 0.5
end

function Cauchy:icdf(x)
  return self.loc + self.scale * F.tan((self:point(x, "icdf") - 0.5) * math.pi)
end

function Cauchy:sample_n(n)
  local shape = self:sampled_shape(n)
  local z = draws.rounded(self, function()
    return F.tan((draws.uniform(self, shape) - 0.5) * math.pi)
  end)
  return self.loc + self.scale * z
end

return Cauchy
