--- Normal vectors: p(x) = exp(-|L^-1 (x - loc)|^2 / 2) / ((2 pi)^(d / 2) |det L|), with the
--- covariance L L^T.
--- Source: Chainer.
local errors = require "dgraph.errors"
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `MultivariateNormal(loc, { scale_tril = L })`. What L has above its diagonal does not count, and
--- has no gradient. log_prob and the divergence invert L, which takes an OpenBLAS with LAPACK.
--- Samples have gradients to both parameters.
---@class dgraph.MultivariateNormal: dgraph.Distribution
---@field loc dgraph.Tensor  batch_shape, d
---@field scale_tril dgraph.Tensor  batch_shape, d, d; lower triangular
---@field d integer  the size of an event
---@overload fun(loc: dgraph.ParameterLike|table, ...): dgraph.MultivariateNormal
local MultivariateNormal = Distribution:extend("MultivariateNormal")

MultivariateNormal.parameters = { "loc", "scale_tril" }
MultivariateNormal.event_axes = { loc = 1, scale_tril = 2 }
MultivariateNormal.support, MultivariateNormal.is_continuous = "real", true

function MultivariateNormal:init(...)
  Distribution.init(self, ...)
  local loc, scale = self.given.loc.shape, self.given.scale_tril.shape
  local d = loc[#loc]
  if scale[#scale] ~= d or scale[#scale - 1] ~= d then
    errors.raisef("MultivariateNormal: scale_tril has matrices of %d x %d, wanted %d x %d as loc",
      scale[#scale - 1], scale[#scale], d, d)
  end
end

local getters = MultivariateNormal.getters

function getters.scale_tril(self)
  return F.tril(self:spread("scale_tril", self.given.scale_tril))
end

function getters.d(self) return self.event_shape[1] end

function getters.event_shape(self)
  local shape = self.given.loc.shape
  return { shape[#shape] }
end

function getters.mean(self) return self.loc end

function getters.covariance(self)
  local scale = self.scale_tril
  return F.matmul(scale, scale, false, true)
end

--- The sums of the squares of each row.
function getters.variance(self) return F.sum(F.square(self.scale_tril), -1) end

--- log |det L|.
local function log_det(scale)
  return F.sum(F.log(F.absolute(F.diagonal(scale, 0, -2, -1))), -1)
end

function getters.entropy(self)
  return log_det(self.scale_tril) + self.d * (terms.HALF_LOG_2PI + 0.5)
end

--- Vectors as columns, behind the matrices of `inverse`: their squared lengths.
local function square_length(inverse, x)
  return F.sum(F.square(F.squeeze(F.matmul(inverse, F.expand_dims(x, -1)), -1)), -1)
end

function MultivariateNormal:log_prob(x)
  local scale = self.scale_tril
  local length = square_length(F.inv(scale), self:point(x, "log_prob") - self.loc)
  return length * -0.5 - log_det(scale) - self.d * terms.HALF_LOG_2PI
end

function MultivariateNormal:sample_n(n)
  local z = F.expand_dims(draws.normal(self, self:sampled_shape(n)), -1)
  return self.loc + F.squeeze(F.matmul(self.scale_tril, z), -1)
end

kl.register_kl(MultivariateNormal, MultivariateNormal, function(p, q)
  local a, b = p.scale_tril, q.scale_tril
  local inverse = F.inv(b)
  local trace = F.sum(F.square(F.matmul(inverse, a)), { -2, -1 })
  local apart = square_length(inverse, p.loc - q.loc)
  return log_det(b) - log_det(a) + (trace + apart - p.d) * 0.5
end)

return MultivariateNormal
