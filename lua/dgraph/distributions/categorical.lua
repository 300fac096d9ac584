--- A choice among k: position i with probability p[i].
--- Source: Chainer.
local create = require "dgraph.create"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local F = require "dgraph.functions"
local draws = require "dgraph.distributions.draws"
local kl = require "dgraph.distributions.kl"
local terms = require "dgraph.distributions.terms"
local Distribution = require "dgraph.distributions.distribution"

--- `Categorical(p)`, or `Categorical { logit = log p + any number }`; the last axis holds the k
--- choices. Values are positions from 1; samples are int64 and have no gradient.
---@class dgraph.Categorical: dgraph.Distribution
---@field p dgraph.Tensor  batch_shape, k
---@field log_p dgraph.Tensor  batch_shape, k
---@overload fun(p: dgraph.ParameterLike|table): dgraph.Categorical
local Categorical = Distribution:extend("Categorical")

Categorical.parameters = { "p", "logit" }
Categorical.forms = { { "p" }, { "logit" } }
Categorical.event_axes = { p = 1, logit = 1 }
Categorical.support, Categorical.is_continuous = "{1, ..., k}", false

local getters = Categorical.getters

function getters.p(self) return self.given.p or F.exp(self.log_p) end

function getters.log_p(self)
  local given = self.given
  if given.p then return F.log(given.p) end
  return F.log_softmax(given.logit, -1)
end

function getters.entropy(self) return -F.sum(terms.xlogx(self.p), -1) end

--- Integers out of what log_prob takes.
local function positions(self, x)
  if not native.is_tensor(x) then
    if type(x) ~= "number" and type(x) ~= "table" then self:point(x, "log_prob") end
    return create.tensor(x, { dtype = "int64", device = self.device })
  end
  if dtypes.names_float(x.dtype) or x.dtype == "bool" then
    errors.raisef("Categorical: log_prob: x must hold positions (int64), got %s", x.dtype)
  end
  return x
end

function Categorical:log_prob(x)
  x = positions(self, x)
  local log_p, shape = self.log_p, Distribution.common_shape(x.shape, self.batch)
  if not shape then
    errors.raisef("Categorical: log_prob: x of (%s) does not broadcast with a batch of (%s)",
      table.concat(x.shape, ", "), table.concat(self.batch, ", "))
  end
  local all = log_p.shape
  local rows = F.broadcast_to(log_p, Distribution.joined(shape, { all[#all] }))
  local at = F.expand_dims(F.broadcast_to(x, shape), -1)
  return F.squeeze(F.take_along_axis(rows, at, -1), -1)
end

function Categorical:sample_n(n) return draws.choice(self.p, self:sampled_shape(n)) end

--- The sum of p (log p - log q) over the choices; those that p does not make count 0.
function Categorical.divergence(p, q)
  local chance = p.p
  local never = F.le(chance, 0)
  local given = q.given
  local log_q = given.p and F.log(F.masked_fill(given.p, never, 1))
    or F.masked_fill(q.log_p, never, 0)
  return F.sum(terms.xlogx(chance) - chance * log_q, -1)
end

kl.register_kl(Categorical, Categorical, Categorical.divergence)

return Categorical
