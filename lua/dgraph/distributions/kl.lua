--- How far distributions are from each other: a formula for each pair of classes.
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local Distribution = require "dgraph.distributions.distribution"

local kl = {}

local formulas = {} -- [class of p][class of q]

local function check_distribution(x, who)
  if type(x) ~= "table" or not Distribution.is(x, Distribution) then
    errors.raisef("%s: wanted a distribution, got %s", who, check.spell(x))
  end
end

local function check_class(x, who)
  local at = type(x) == "table" and x or nil
  while at and at ~= Distribution do at = rawget(at, "_base") end
  if not at then
    errors.raisef("%s: wanted a class of distributions, got %s", who, check.spell(x))
  end
end

--- Says how `kl_divergence` computes for two classes: `register_kl(P, Q)(function(p, q) ... end)`,
--- or the function as third argument. What was registered before is replaced. A class that extends
--- another does not take over its formulas.
---@param P dgraph.Distribution  a class
---@param Q dgraph.Distribution  a class
---@param f? fun(p: dgraph.Distribution, q: dgraph.Distribution): dgraph.Tensor
---@return function  takes f where there is none; f itself otherwise
function kl.register_kl(P, Q, f)
  local who = "register_kl"
  check_class(P, who)
  check_class(Q, who)
  local function register(formula)
    check.callable(formula, who)
    formulas[P] = formulas[P] or {}
    formulas[P][Q] = formula
    return formula
  end
  return f == nil and register or register(f)
end

--- The Kullback-Leibler divergence of q from p, the mean under p of log p(x) - log q(x); nats.
---@param p dgraph.Distribution
---@param q dgraph.Distribution
---@return dgraph.Tensor  the common shape of both batches
function kl.kl_divergence(p, q)
  check_distribution(p, "kl_divergence")
  check_distribution(q, "kl_divergence")
  local row = formulas[getmetatable(p)]
  local formula = row and row[getmetatable(q)]
  if not formula then
    errors.raisef("kl_divergence: no formula for %s and %s (register_kl takes one)", p._name,
      q._name)
  end
  return formula(p, q)
end

--- The mean under p of -log q(x), which is p's entropy plus the divergence; nats.
---@param p dgraph.Distribution
---@param q dgraph.Distribution
---@return dgraph.Tensor  the common shape of both batches
function kl.cross_entropy(p, q)
  check_distribution(p, "cross_entropy")
  check_distribution(q, "cross_entropy")
  return p.entropy + kl.kl_divergence(p, q)
end

return kl
