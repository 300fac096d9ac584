--- How many attempts it takes until the first that succeeds: p (1 - p)^(x - 1) for x = 1, 2, ...
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Geometric(p)`. Samples have p's dtype and no gradient.
---@class dgraph.Geometric: dgraph.Distribution
---@field p dgraph.Tensor  the chance of an attempt
---@overload fun(p: dgraph.ParameterLike|table): dgraph.Geometric
local Geometric = Distribution:extend("Geometric")

Geometric.parameters = { "p" }
Geometric.support, Geometric.is_continuous = "positive integer", false

local getters = Geometric.getters

function getters.mean(self) return 1 / self.p end

function getters.variance(self)
  local p = self.p
  return (1 - p) / F.square(p)
end

--- That of one attempt, as often as there are attempts.
function getters.entropy(self)
  local p = self.p
  return -terms.xlogx(p) / p - terms.xlog1py(1 - p, -p) / p
end

function Geometric:log_prob(x)
  local p = self.p
  return terms.xlog1py(self:point(x, "log_prob") - 1, -p) + F.log(p)
end

--- The whole part of an exponential number, scaled.
function Geometric:sample_n(n)
  local shape = self:sampled_shape(n)
  return draws.rounded(self, function()
    local rate = -F.log1p(-F.cast(self.p, "float64"))
    return F.floor(draws.exponential(self, shape) / rate) + 1
  end)
end

kl.register_kl(Geometric, Geometric, function(p, q)
  local failures = 1 / p.p - 1
  return terms.xlog1py(failures, -p.p) - terms.xlog1py(failures, -q.p) + F.log(p.p) - F.log(q.p)
end)

return Geometric
