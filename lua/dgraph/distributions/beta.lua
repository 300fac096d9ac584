--- The beta distribution: p(x) = x^(a - 1) (1 - x)^(b - 1) / B(a, b) for x from 0 to 1.
--- Source: Chainer.
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Beta(a, b)`. Samples have no gradient.
---@class dgraph.Beta: dgraph.Distribution
---@field a dgraph.Tensor
---@field b dgraph.Tensor
---@overload fun(a: dgraph.ParameterLike|table, b: dgraph.ParameterLike?): dgraph.Beta
local Beta = Distribution:extend("Beta")

Beta.parameters = { "a", "b" }
Beta.support, Beta.is_continuous = "[0, 1]", true

local getters = Beta.getters

function getters.mean(self) return self.a / (self.a + self.b) end

function getters.variance(self)
  local a, b = self.a, self.b
  local total = a + b
  return a * b / (F.square(total) * (total + 1))
end

function getters.entropy(self)
  local a, b = self.a, self.b
  local total = a + b
  return terms.lbeta(a, b) - (a - 1) * F.digamma(a) - (b - 1) * F.digamma(b)
    + (total - 2) * F.digamma(total)
end

function Beta:log_prob(x)
  x = self:point(x, "log_prob")
  local a, b = self.a, self.b
  local y = terms.xlogy(a - 1, x) + terms.xlog1py(b - 1, -x) - terms.lbeta(a, b)
  return terms.inside(y, F.logical_or(F.lt(x, 0), F.gt(x, 1)))
end

--- Out of two gamma numbers, y / (y + z), by their logarithms: small a and b leave nothing of y, z.
function Beta:sample_n(n)
  local shape = self:sampled_shape(n)
  return draws.rounded(self, function()
    local log_y = draws.log_gamma("Beta", "a", self.a, shape)
    return F.sigmoid(log_y - draws.log_gamma("Beta", "b", self.b, shape))
  end)
end

kl.register_kl(Beta, Beta, function(p, q)
  local a, b = p.a, p.b
  local total = a + b
  return terms.lbeta(q.a, q.b) - terms.lbeta(a, b) + (a - q.a) * F.digamma(a)
    + (b - q.b) * F.digamma(b) + (q.a + q.b - total) * F.digamma(total)
end)

return Beta
