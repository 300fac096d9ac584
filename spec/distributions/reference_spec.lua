-- Against torch.distributions, values and gradients; see spec/fixtures/reference/distributions.py.
local dg = require "dgraph"
local reference = require "spec.support.reference"

local D, F = dg.distributions, dg.functions
local MOMENTS = { "mean", "variance", "entropy" }

--- log_prob of the last argument, and properties, of what `make` makes of the others, in one row.
local function case(make, properties)
  return function(...)
    local inputs = { ... }
    local x = table.remove(inputs)
    local d = make(unpack(inputs))
    local results = { d:log_prob(x) }
    for _, name in ipairs(properties or MOMENTS) do results[#results + 1] = d[name] end
    for i, y in ipairs(results) do results[i] = y:reshape { -1 } end
    return F.concat(results, 1)
  end
end

--- Methods at one point, in one row.
local function methods(make, names)
  return function(...)
    local inputs, results = { ... }, {}
    local x = table.remove(inputs)
    local d = make(unpack(inputs))
    for name in names:gmatch "%S+" do results[#results + 1] = d[name](d, x):reshape { -1 } end
    return F.concat(results, 1)
  end
end

--- The divergence of the second half of the parameters from the first.
local function divergence(make)
  return function(...)
    local all, n = { ... }, select("#", ...) / 2
    return D.kl_divergence(make(unpack(all, 1, n)), make(unpack(all, n + 1)))
  end
end

local function log_scale(loc, s) return D.Normal(loc, { log_scale = s }) end
local function by_scale(loc, scale) return D.Uniform { loc = loc, scale = scale } end
local function bernoulli(logit) return D.Bernoulli { logit = logit } end
local function categorical(logit) return D.Categorical { logit = logit } end
local function vectors(loc, scale) return D.MultivariateNormal(loc, { scale_tril = scale }) end
local function independent(loc, scale) return D.Independent(D.Normal(loc, scale), 2) end

--- Positions count from 0 in the file.
local function choice(make)
  return function(p, x) return case(make, { "entropy" })(p, x + 1) end
end

local cases = {
  ["Normal log_scale"] = case(log_scale),
  ["Uniform scale"] = case(by_scale),
  ["Cauchy"] = case(D.Cauchy, { "entropy" }),
  ["Poisson"] = case(D.Poisson, { "mean", "variance" }),
  ["Bernoulli logit"] = case(bernoulli),
  ["Bernoulli logit kl"] = divergence(bernoulli),
  ["Categorical"] = choice(D.Categorical),
  ["Categorical kl"] = divergence(D.Categorical),
  ["Categorical logit"] = choice(categorical),
  ["Categorical logit kl"] = divergence(categorical),
  ["Poisson kl"] = divergence(D.Poisson),
  ["Chisquare"] = case(D.Chisquare),
  ["MultivariateNormal"] = case(vectors, { "mean", "variance", "entropy", "covariance" }),
  ["MultivariateNormal kl"] = divergence(vectors),
  ["Independent"] = case(independent),
  ["Independent kl"] = divergence(independent),
}

for name in ([[Normal Laplace Gumbel LogNormal Uniform Gamma Beta Pareto Exponential Bernoulli
    Geometric OneHotCategorical Dirichlet]]):gmatch "%S+" do
  cases[name], cases[name .. " kl"] = case(D[name]), divergence(D[name])
end

for name, names in pairs {
  Normal = "cdf icdf log_cdf survival_function log_survival_function", Laplace = "cdf icdf",
  Cauchy = "cdf icdf", Uniform = "cdf icdf", Exponential = "cdf icdf log_survival_function",
} do
  cases[name .. " cdf"] = methods(D[name], names)
end

reference("distributions", cases, { narrow = 1e-4 })
