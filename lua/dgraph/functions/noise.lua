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

  --- Raises an error unless x, as rows, goes with W and b.
  local function wants_layer(who, rows, W, b)
    local in_size = rows:dim(2)
    if W.ndim ~= 2 or W:dim(2) ~= in_size then
      errors.raisef("%s: W is %s, wanted out x %d", who, table.concat(W.shape, "x"), in_size)
    end
    if b and (b.ndim ~= 1 or b:dim(1) ~= W:dim(1)) then
      errors.raisef("%s: b is %s, wanted %d", who, table.concat(b.shape, "x"), W:dim(1))
    end
  end

  --- W without what a mask drops, for all samples or for each.
  local function masked(who, W, mask, batch, scale)
    local shape, out, columns = mask.shape, W:dim(1), W:dim(2)
    local n = #shape
    if shape[n - 1] ~= out or shape[n] ~= columns or n ~= 2 and (n ~= 3 or shape[1] ~= batch) then
      errors.raisef("%s: the mask is %s, wanted %dx%d or %dx%dx%d", who, table.concat(shape, "x"),
        out, columns, batch, out, columns)
    end
    return W * (F.cast(mask:detach(), W.dtype) * scale)
  end

  --- y = x W' + b, where each weight is dropped with probability `ratio` and the others are
  --- divided by 1 - ratio, while both `train` and `dg.config.train` are true; none otherwise. Each
  --- sample loses others, unless `use_batchwise_mask` is false. A `mask`, whose elements are 1
  --- where a weight stays, takes the place of what is drawn; it holds outside of training too.
  --- Shapes: x: batch x in, where in may be several axes; W: out x in; b: out or nil; mask: out x
  --- in, or batch x out x in; y: batch x out.
  --- Dtypes: floats, one for x, W and b; mask: any; y has x's.
  --- Errors: a ratio that is not in [0, 1).
  --- Source: Chainer; Wan et al., "Regularization of neural networks using DropConnect", 2013.
  declare("simplified_dropconnect(x, W, b: tensor?, ratio: number = 0.5, train: boolean = true, "
    .. "mask: tensor?, use_batchwise_mask: boolean = true)",
    function(x, W, b, ratio, train, mask, use_batchwise_mask)
      local who = "F.simplified_dropconnect"
      checks.float(who, x)
      if x.ndim < 2 then errors.raisef("%s: x has %d axes, wanted 2 or more", who, x.ndim) end
      if not (ratio >= 0 and ratio < 1) then
        errors.raisef("%s: the ratio is %g, wanted one from 0 to below 1", who, ratio)
      end
      local batch, in_size = x:dim(1), 1
      for axis = 2, x.ndim do in_size = in_size * x:dim(axis) end
      local rows = x.ndim == 2 and x or F.reshape(x, { batch, in_size })
      wants_layer(who, rows, W, b)
      if not (train and config.values.train) then ratio = 0 end
      if mask then
        W = masked(who, W, mask, batch, 1 / (1 - ratio))
      elseif ratio > 0 then
        if use_batchwise_mask then W = F.broadcast_to(W, { batch, W:dim(1), W:dim(2) }) end
        W = wrap(C.dg_dropout(W, ratio))
      end
      if W.ndim == 2 then return F.linear(rows, W, b) end
      local y = F.squeeze(F.matmul(W, F.expand_dims(rows, 3)), 3)
      if b and config.values.autocast then b = F.cast(b, y.dtype) end -- as linear gives y
      return b and y + b or y
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
