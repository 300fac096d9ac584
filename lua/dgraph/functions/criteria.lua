--- Losses that Chainer lacks, by PyTorch's names, arguments and defaults.
local checks = require "dgraph.functions.loss_checks"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C = native.C

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  local function wants_reduction(who, reduction)
    checks.reduction(who, reduction, { "mean", "sum", "none" }, "reduction")
  end

  local function reduced(y, reduction)
    return reduction == "mean" and F.mean(y) or reduction == "sum" and F.sum(y) or y
  end

  --- Family: losses by PyTorch's names
  --- Shapes: x, t: one shape, any; y: one number, or x's shape where nothing is reduced.
  --- Dtypes: floats, one for all; y has it.
  --- Errors: a reduction that it does not know.
  --- Source: PyTorch.

  --- Minus the element of each row of logarithms of probabilities x that its label t names, counted
  --- from 1. x: batch x classes or batch x classes x ..., t: batch x .... Labels `ignore_index`
  --- count for nothing; `weight` (classes) scales each label's loss. The mean is that of the labels
  --- that count, by their weights; reduction "sum", or "none" for one number for each label.
  --- Shapes: x: batch x classes or batch x classes x ...; t: x's without the classes; y: one
  --- number, or as t.
  --- Dtypes: x, weight: floats, one for both; t: int32, int64 or uint8; y has x's.
  --- Errors: labels that are neither 1 to the number of classes nor ignore_index; a reduction that
  --- it does not know.
  declare("nll_loss(x, t, weight: tensor?, ignore_index: integer = -100, reduction: any = 'mean')",
    function(x, t, weight, ignore_index, reduction)
      local who = "F.nll_loss"
      checks.float(who, x)
      checks.labels(who, x, t)
      wants_reduction(who, reduction)
      local classes = x:dim(2)
      local used = native.check(C.dg_count_labels(who, t, classes, 1, ignore_index))
      local counts = t:ne(ignore_index)
      local y = -F.select_item(x, F.where(counts, t, create.ones_like(t)))
      local factor = F.cast(counts, x.dtype)
      if weight then
        if C.dg_ndim(weight) ~= 1 or weight:dim(1) ~= classes or weight.dtype ~= x.dtype then
          errors.raisef("%s: weight is %s %s, wanted %s %d as there are classes", who, weight.dtype,
            table.concat(weight.shape, "x"), x.dtype, classes)
        end
        local each = F.embed_id(t, F.reshape(weight, { classes, 1 }), ignore_index)
        factor = F.reshape(each, t.shape)
      end
      y = F.where(counts, y * factor, F.cast(counts, x.dtype)) -- 0 even for NaN
      if reduction ~= "mean" then return reduced(y, reduction) end
      return weight and F.sum(y) / F.sum(factor) or F.sum(y) / used
    end)

  --- The cross entropy of sigmoid(x) and targets t of x's shape, numbers from 0 to 1 in x's dtype:
  --- -(p t ln s + (1 - t) ln(1 - s)) weight with s = sigmoid(x), where `pos_weight` p and `weight`
  --- broadcast to x's shape. The mean over all elements; reduction "sum", or "none" for each.
  --- Errors: weights that do not broadcast to x's shape; a reduction that it does not know.
  declare("binary_cross_entropy_with_logits(x, t, weight: tensor?, reduction: any = 'mean', "
    .. "pos_weight: tensor?)",
    function(x, t, weight, reduction, pos_weight)
      local who = "F.binary_cross_entropy_with_logits"
      checks.alike(who, x, t)
      wants_reduction(who, reduction)
      local y
      if pos_weight then
        y = (1 - t) * x + ((pos_weight - 1) * t + 1) * F.softplus(-x)
      else
        y = native.wrap(C.dg_sigmoid_cross_entropy(x, t, true, false))
      end
      if weight then y = y * weight end
      if not checks.same_shape(x, y) then
        errors.raisef("%s: a weight does not broadcast to %s", who, table.concat(x.shape, "x"))
      end
      return reduced(y, reduction)
    end)
  --- The same as `binary_cross_entropy_with_logits`.
  declare("bce_with_logits(x, t, weight: tensor?, reduction: any = 'mean', pos_weight: tensor?)",
    F.binary_cross_entropy_with_logits)

  --- The divergence of the distribution t from one whose logarithm is x: t (ln t - x), 0 where t is
  --- 0; both of one shape. With `log_target` t is a logarithm as well. The mean over all elements;
  --- reduction "batchmean" (the sum over the size of the first axis), "sum", or "none" for each.
  declare("kl_div(x, t, reduction: any = 'mean', log_target: boolean = false)",
    function(x, t, reduction, log_target)
      local who = "F.kl_div"
      checks.alike(who, x, t)
      checks.reduction(who, reduction, { "mean", "batchmean", "sum", "none" }, "reduction")
      local y
      if log_target then
        y = F.exp(t) * (t - x)
      else
        local ln = F.log(F.where(t:eq(0), t + 1, t))
        y = t * (ln - x)
      end
      if reduction == "batchmean" then
        return F.sum(y) / (C.dg_ndim(x) > 0 and x:dim(1) or 1)
      end
      return reduced(y, reduction)
    end)

  --- The cosine of the angle between x1 and x2 along an axis, the second by default; they
  --- broadcast. Lengths count as `eps` where they are less.
  --- Shapes: x1, x2: broadcast; y: their common shape without the axis.
  --- Errors: none.
  declare("cosine_similarity(x1, x2, axis: any = 2, eps: number = 1e-8)",
    function(x1, x2, axis, eps)
      checks.float("F.cosine_similarity", x1)
      checks.float("F.cosine_similarity", x2)
      local function length(x)
        return F.sqrt(F.clip(F.sum(F.square(x), axis), eps * eps, math.huge))
      end
      if not checks.same_shape(x1, x2) then
        local sum = x1 + x2
        x1, x2 = F.broadcast_to(x1, sum.shape), F.broadcast_to(x2, sum.shape)
      end
      return F.sum(x1 * x2, axis) / (length(x1) * length(x2))
    end)

  --- a^2 / (2 beta) where |a| < beta, a = x - t, else |a| - beta / 2; both of one shape. The mean
  --- over all elements; reduction "sum", or "none" for each.
  --- Errors: a beta below 0; a reduction that it does not know.
  --- Source: PyTorch; Girshick, "Fast R-CNN", arXiv:1504.08083.
  declare("smooth_l1_loss(x, t, reduction: any = 'mean', beta: number = 1)",
    function(x, t, reduction, beta)
      local who = "F.smooth_l1_loss"
      checks.alike(who, x, t)
      wants_reduction(who, reduction)
      if beta == 0 then return reduced(F.abs(x - t), reduction) end
      if beta ~= beta or beta < 0 then
        errors.raisef("%s: beta is %g, wanted 0 or more", who, beta)
      end
      local a = x - t
      local clipped = F.clip(a, -beta, beta)
      return reduced(clipped * (a - clipped * 0.5) * (1 / beta), reduction)
    end)
  --- The same as `smooth_l1_loss`.
  --- Errors: as smooth_l1_loss.
  declare("smooth_l1(x, t, reduction: any = 'mean', beta: number = 1)", F.smooth_l1_loss)

  --- The cross entropy of sigmoid(x) and targets t (0 or 1, in x's dtype and shape) where sure
  --- answers count less: (1 - p)^gamma times it, p being the probability of the target, and alpha
  --- times that where t is 1, 1 - alpha where it is 0; with alpha < 0 neither. Each element;
  --- reduction "mean" or "sum".
  --- Source: torchvision; Lin et al., arXiv:1708.02002.
  declare("sigmoid_focal_loss(x, t, alpha: number = 0.25, gamma: number = 2, "
    .. "reduction: any = 'none')",
    function(x, t, alpha, gamma, reduction)
      local who = "F.sigmoid_focal_loss"
      checks.alike(who, x, t)
      wants_reduction(who, reduction)
      local s = F.sigmoid(x)
      local y = native.wrap(C.dg_sigmoid_cross_entropy(x, t, true, false))
      local wrong = s + t - s * t * 2 -- 1 - p
      y = y * (gamma == 2 and F.square(wrong) or wrong ^ gamma)
      if alpha >= 0 then y = y * (t * (2 * alpha - 1) + (1 - alpha)) end
      return reduced(y, reduction)
    end)
end
