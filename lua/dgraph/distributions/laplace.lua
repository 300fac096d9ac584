--- The Laplace distribution: p(x) = exp(-|x - loc| / scale) / (2 scale).
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local Distribution = require "dgraph.distributions.distribution"

--- `Laplace(loc, scale)`. Samples have gradients to both.
---@class dgraph.Laplace: dgraph.Distribution
---@field loc dgraph.Tensor
---@field scale dgraph.Tensor  the mean distance from loc
---@overload fun(loc: dgraph.ParameterLike|table, scale: dgraph.ParameterLike?): dgraph.Laplace
local Laplace = Distribution:extend("Laplace")

Laplace.parameters = { "loc", "scale" }
Laplace.support, Laplace.is_continuous = "real", true

local getters = Laplace.getters

function getters.mean(self) return self.loc end

getters.mode = getters.mean

function getters.variance(self) return F.square(self.scale) * 2 end

function getters.stddev(self) return self.scale * math.sqrt(2) end

function getters.entropy(self) return F.log(self.scale) + (1 + math.log(2)) end

function Laplace:log_prob(x)
  local scale = self.scale
  return -F.log(scale) - math.log(2) - F.absolute(self:point(x, "log_prob") - self.loc) / scale
end

--- exp(z) / 2 below loc, 1 - exp(-z) / 2 above; at loc one of the two alone has a gradient.
function Laplace:cdf(x)
  local z = (self:point(x, "cdf") - self.loc) / self.scale
  return (F.exp(F.minimum(z, 0)) - F.expm1(-F.relu(z))) * 0.5
end

--- log(2 x) up to the half, -log(2 - 2 x) above.
function Laplace:icdf(x)
  local twice = self:point(x, "icdf") * 2
  local z = F.log(F.minimum(twice, 1)) - F.log1p(-F.relu(twice - 1))
  return self.loc + self.scale * z
end

--- The difference of two exponential numbers.
function Laplace:sample_n(n)
  local shape = self:sampled_shape(n)
  local z = draws.rounded(self, function()
    return draws.exponential(self, shape) - draws.exponential(self, shape)
  end)
  return self.loc + self.scale * z
end

kl.register_kl(Laplace, Laplace, function(p, q)
  local apart = F.absolute(p.loc - q.loc)
  local a, b = p.scale, q.scale
  return F.log(b) - F.log(a) + (apart + a * F.exp(-apart / a)) / b - 1
end)

return Laplace
