--- dg.distributions: probability distributions; each file is read when its class is first used.
local kl = require "dgraph.distributions.kl"
local read_late = require "dgraph.utils.read_late"

local FILES = {
  Distribution = "distribution",
  Bernoulli = "bernoulli",
  Beta = "beta",
  Categorical = "categorical",
  Cauchy = "cauchy",
  Chisquare = "chisquare",
  Dirichlet = "dirichlet",
  Exponential = "exponential",
  Gamma = "gamma",
  Geometric = "geometric",
  Gumbel = "gumbel",
  Independent = "independent",
  Laplace = "laplace",
  LogNormal = "log_normal",
  MultivariateNormal = "multivariate_normal",
  Normal = "normal",
  OneHotCategorical = "one_hot_categorical",
  Pareto = "pareto",
  Poisson = "poisson",
  Uniform = "uniform",
}

---@class dgraph.distributions
---@field Distribution dgraph.Distribution
---@field Bernoulli dgraph.Bernoulli
---@field Beta dgraph.Beta
---@field Categorical dgraph.Categorical
---@field Cauchy dgraph.Cauchy
---@field Chisquare dgraph.Chisquare
---@field Dirichlet dgraph.Dirichlet
---@field Exponential dgraph.Exponential
---@field Gamma dgraph.Gamma
---@field Geometric dgraph.Geometric
---@field Gumbel dgraph.Gumbel
---@field Independent dgraph.Independent
---@field Laplace dgraph.Laplace
---@field LogNormal dgraph.LogNormal
---@field MultivariateNormal dgraph.MultivariateNormal
---@field Normal dgraph.NormalDistribution
---@field OneHotCategorical dgraph.OneHotCategorical
---@field Pareto dgraph.Pareto
---@field Poisson dgraph.Poisson
---@field Uniform dgraph.UniformDistribution
local distributions = {
  kl_divergence = kl.kl_divergence,
  register_kl = kl.register_kl,
  cross_entropy = kl.cross_entropy,
}

return read_late(distributions, "dgraph.distributions", FILES)
