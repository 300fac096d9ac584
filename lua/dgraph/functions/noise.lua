--- Functions that draw random numbers.
local check = require "dgraph.check"
local checks = require "dgraph.functions.loss_checks"
local config = require "dgraph.config"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local random = require "dgraph.random"

local C, wrap = native.C, native.wrap

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: random numbers
  --- Shapes: x: any; y: the same.
  --- Dtypes: floats; y has x's.
  --- Errors: a ratio that is not in [0, 1).
  --- Source: Chainer; Srivastava et al., "Dropout", 2014.

  --- Sets each element to 0 with probability `ratio` and divides the others by 1 - ratio, while
  --- `dg.config.train` is true; x itself otherwise, and where the ratio is 0.
  declare("dropout(x, ratio: number = 0.5)", function(x, ratio)
    if not config.values.train or ratio == 0 then return x end
    return wrap(C.dg_dropout(x, ratio))
  end)

  --- Random numbers like x.
  local function like(x, distribution, a, b)
    return random[distribution](a, b, x.shape, { dtype = x.dtype, device = x.device })
  end

  --- A sample of normal distributions: mean + exp(ln_var / 2) eps, both of one shape. eps is drawn
  --- from the standard one unless given, and returned as well with `return_eps`.
  --- Shapes: mean, ln_var, eps: one shape, any; the results: the same.
  --- Dtypes: floats, one for all; the results have it.
  --- Errors: none.
  --- Source: Chainer; Kingma and Welling, arXiv:1312.6114.
  ---@param mean dgraph.Tensor
  ---@param ln_var dgraph.Tensor  logarithms of the variances
  ---@param eps? dgraph.Tensor|{ eps: dgraph.Tensor?, return_eps: boolean? }
  ---@param return_eps? boolean  false by default
  ---@return dgraph.Tensor sample
  ---@return dgraph.Tensor? eps
  function F.gaussian(mean, ln_var, eps, return_eps)
    local who = "F.gaussian"
    check.tensor(mean, who, "mean")
    check.tensor(ln_var, who, "ln_var")
    checks.alike(who, mean, ln_var)
    if type(eps) == "table" then
      local options = check.options(eps, who, { eps = true, return_eps = true })
      eps, return_eps = options.eps, options.return_eps
    end
    if eps then
      check.tensor(eps, who, "eps")
      checks.alike(who, mean, eps)
    else
      eps = like(mean, "normal", 0, 1)
    end
    local y = mean + F.exp(ln_var * 0.5) * eps
    if return_eps then return y, eps end
    return y
  end

  --- A sample of a choice that can be differentiated: softmax((log_pi + g) / tau) along an axis,
  --- the second by default, with g from Gumbel's distribution. The smaller tau, the nearer to 0 and
  --- 1.
  --- Shapes: log_pi: one axis or more; y: the same.
  --- Errors: a tau that is not above 0.
  --- Source: Chainer; Jang et al., arXiv:1611.01144.
  declare("gumbel_softmax(log_pi, tau: number = 0.1, axis: any = 2)", function(log_pi, tau, axis)
    checks.float("F.gumbel_softmax", log_pi)
    checks.positive("F.gumbel_softmax", tau, "tau")
    local chance = F.clip(like(log_pi, "uniform", 0, 1), 1e-30, 1)
    local noise = -F.log(-F.log(chance))
    return F.softmax((log_pi + noise) / tau, axis)
  end)

  --- Keeps each element of h with probability `ratio` where x would take its place, while
  --- `dg.config.train` is true; x otherwise.
  --- Shapes: h, x: one shape, any; y: the same.
  --- Dtypes: floats, one for both; y has it.
  --- Errors: a ratio that is not in [0, 1].
  --- Source: Chainer; Krueger et al., arXiv:1606.01305.
  declare("zoneout(h, x, ratio: number = 0.5)", function(h, x, ratio)
    checks.alike("F.zoneout", h, x)
    if not (ratio >= 0 and ratio <= 1) then
      errors.raisef("F.zoneout: the ratio is %g, wanted one from 0 to 1", ratio)
    end
    if not config.values.train then return x end
    return F.where(like(x, "uniform", 0, 1):lt(ratio), h, x)
  end)
end
