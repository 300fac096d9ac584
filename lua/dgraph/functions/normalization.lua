--- Normalizations. x is batch x channels x ... where channels are spoken of.
local checks = require "dgraph.functions.loss_checks"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local inverse_root = require "dgraph.functions.inverse_root"
local widened = require "dgraph.functions.widened"

return function(F)
  local declare = require "dgraph.functions.declare"(F)
  local InverseRoot = inverse_root(F)

  --- Family: normalizations
  --- Shapes: x: as the text says; y: the same.
  --- Dtypes: floats, one for all; y has it.
  --- Errors: none.
  --- Source: Chainer.

  --- (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance of x over `axis`: by
  --- default the first axis and all behind those of gamma. gamma and beta have x's shape without
  --- these axes; nil stands for 1 and 0. `running_mean` and `running_var`, of that shape too,
  --- become decay times themselves plus 1 - decay times those of x, in place, where the variance
  --- of m numbers counts m / (m - 1) times.
  --- Shapes: x: batch x channels x ... for the default axes; gamma, beta, the averages: x's shape
  --- without the axes; y: as x.
  --- Errors: one of running_mean and running_var without the other.
  --- Source: Chainer; Ioffe and Szegedy, arXiv:1502.03167.
  declare("batch_normalization(x, gamma: tensor?, beta: tensor?, eps: number = 2e-5, "
    .. "running_mean: tensor?, running_var: tensor?, decay: number = 0.9, axis: axes?)")

  --- The same with mean and variance that are given, as those that batch_normalization kept.
  --- Shapes: x: batch x channels x ... for the default axes; gamma, beta, mean, var: x's shape
  --- without the axes; y: as x.
  --- Source: Chainer; Ioffe and Szegedy, arXiv:1502.03167.
  declare("fixed_batch_normalization(x, gamma: tensor?, beta: tensor?, mean: tensor, "
    .. "var: tensor, eps: number = 2e-5, axis: axes?)")

  local function as(x, dtype) return x.dtype == dtype and x or F.cast(x, dtype) end

  --- Raises an error unless `average` and what else is given have the sizes of x's channels: all
  --- axes behind the first, as many as the average has.
  local function wants_channels(who, x, average, others)
    local wanted = { unpack(x.shape, 2, 1 + average.ndim) }
    for name, t in pairs(others) do
      local shape = t.shape
      local fits = #shape == #wanted and #wanted == average.ndim
      for i, size in ipairs(wanted) do fits = fits and shape[i] == size end
      if not fits then
        errors.raisef("%s: %s is %s, wanted %s for x of %s", who, name, table.concat(shape, "x"),
          table.concat(wanted, "x"), table.concat(x.shape, "x"))
      end
    end
  end

  --- The mean and the variance of x, unrecorded: those that batch_normalization would keep, in
  --- float32 where x has 16 bits.
  local function statistics(x, like)
    local options = { dtype = x.dtype == "float64" and "float64" or "float32", device = x.device }
    local mean, var = create.zeros(like.shape, options), create.zeros(like.shape, options)
    F.batch_normalization(x:detach(), nil, nil,
      { running_mean = mean, running_var = var, decay = 0 })
    local m = x.size / mean.size
    return mean, var * (math.max(m - 1, 1) / m)
  end

  --- Normalization over the batch that stays near what the averages would give: (xn r + d) gamma +
  --- beta, where xn is (x - mean) / sigma with sigma = sqrt(var + eps), both of x over the first
  --- axis and all behind those of gamma. With sigma' = sqrt(running_var + eps), r is sigma /
  --- sigma', limited to [1 / rmax, rmax], and d is (mean - running_mean) / sigma', limited to
  --- [-dmax, dmax]; both count as constants in the gradients. gamma and beta may be nil: 1 and 0.
  --- The averages, which are needed, change only with `update_statistics`, as batch_normalization
  --- changes them.
  --- Shapes: x: batch x channels x ...; gamma, beta, the averages: channels; y: as x.
  --- Errors: no running_mean or running_var; an rmax below 1 or a dmax below 0.
  --- Source: Chainer; Ioffe, arXiv:1702.03275.
  declare("batch_renormalization(x, gamma: tensor?, beta: tensor?, rmax: number, dmax: number, "
    .. "eps: number = 2e-5, running_mean: tensor?, running_var: tensor?, decay: number = 0.9, "
    .. "update_statistics: boolean = false)",
    function(x, gamma, beta, rmax, dmax, eps, running_mean, running_var, decay, update_statistics)
      local who = "F.batch_renormalization"
      checks.float(who, x)
      if running_mean == nil or running_var == nil then
        errors.raisef("%s: running_mean and running_var are needed", who)
      end
      if not (rmax >= 1 and dmax >= 0) then
        errors.raisef("%s: wanted rmax >= 1 and dmax >= 0, got %g and %g", who, rmax, dmax)
      end
      wants_channels(who, x, running_mean,
        { gamma = gamma, beta = beta, running_mean = running_mean, running_var = running_var })
      if x.size == 0 then return F.batch_normalization(x, gamma, beta, eps) end
      local mean, var = statistics(x, running_mean)
      local old_mean = as(running_mean:detach(), mean.dtype)
      local old_sigma = F.sqrt(as(running_var:detach(), mean.dtype) + eps)
      local dtype = (gamma or beta or x).dtype
      local r = as(F.clip(F.sqrt(var + eps) / old_sigma, 1 / rmax, rmax), dtype)
      local d = as(F.clip((mean - old_mean) / old_sigma, -dmax, dmax), dtype)
      local shift = gamma and gamma * d or d
      if not update_statistics then running_mean, running_var = nil, nil end
      return F.batch_normalization(x, gamma and gamma * r or r, beta and shift + beta or shift, eps,
        running_mean, running_var, decay)
    end)

  --- The same as `fixed_batch_normalization` for the first axis and all behind those of mean: in
  --- use nothing is left to correct.
  --- Shapes: x: batch x channels x ...; gamma, beta, mean, var: channels; y: as x.
  --- Source: Chainer; Ioffe, arXiv:1702.03275.
  declare("fixed_batch_renormalization(x, gamma: tensor?, beta: tensor?, mean: tensor, "
    .. "var: tensor, eps: number = 2e-5) -> "
    .. "dg_fixed_batch_normalization(x, gamma, beta, mean, var, eps, 0, nil)")

  --- x as groups x channels of a group x places, in float32 where it has 16 bits: the batch and
  --- what follows the channels are places.
  local function grouped(who, x, groups)
    checks.float(who, x)
    local channels = x.ndim >= 2 and x:dim(2)
    if not channels or groups < 1 or channels % groups ~= 0 then
      errors.raisef("%s: x of %s has no channels that fall into %d groups", who,
        table.concat(x.shape, "x"), groups)
    end
    local size = channels / groups
    local places = channels > 0 and x.size / channels or 0
    local rows = F.reshape(F.swapaxes(x, 1, 2), { groups, size, places })
    return as(rows, x.dtype == "float64" and "float64" or "float32")
  end

  --- What `grouped` made of x, or is like it, as x was.
  local function ungrouped(rows, x)
    local shape = x.shape
    shape[1], shape[2] = shape[2], shape[1]
    return as(F.swapaxes(F.reshape(rows, shape), 1, 2), x.dtype)
  end

  --- An average of groups of channels as `rows` has them, in their dtype: an error unless it has
  --- this one, or x's, and the shape that follows.
  local function average_for(who, rows, x, name, average, ...)
    local got, wanted = table.concat(average.shape, "x"), table.concat({ ... }, "x")
    local dtype = average.dtype
    if got ~= wanted or dtype ~= x.dtype and dtype ~= rows.dtype then
      errors.raisef("%s: %s is %s %s, wanted %s %s", who, name, dtype, got, x.dtype, wanted)
    end
    return as(average, rows.dtype)
  end

  --- Makes channels uncorrelated, with mean 0 and variance 1 over the batch: P (x - mean), where P
  --- is the inverse square root of the covariances of the channels plus eps on their diagonal (ZCA
  --- whitening). The channels fall into groups, which are whitened each by itself. `running_mean`
  --- and `running_projection` become decay times themselves plus 1 - decay times the mean and P, in
  --- place, where the P of m places counts m / (m - 1) times; either may be nil. Second derivatives
  --- want covariances whose eigenvalues differ.
  --- Shapes: x: batch x channels x ...; running_mean: groups x channels of a group;
  --- running_projection: groups x channels of a group x as many; y: as x.
  --- Errors: channels that do not fall into so many groups; where there is no OpenBLAS with LAPACK.
  --- Source: Chainer; Huang et al., arXiv:1804.08450.
  declare("decorrelated_batch_normalization(x, groups: integer = 16, eps: number = 2e-5, "
    .. "running_mean: tensor?, running_projection: tensor?, decay: number = 0.9)",
    widened(1, function(x, groups, eps, running_mean, running_projection, decay)
      local who = "F.decorrelated_batch_normalization"
      local rows = grouped(who, x, groups)
      local _, size, places = unpack(rows.shape)
      local function old(name, average, ...)
        if average == nil then return end
        local wide = average_for(who, rows, x, name, average, groups, ...):detach()
        if average.is_contiguous then return wide end
        errors.raisef("%s: %s is not contiguous", who, name)
      end
      local old_mean = old("running_mean", running_mean, size)
      local old_projection = old("running_projection", running_projection, size, size)
      if x.size == 0 then return F.copy(x) end
      local mean = F.mean(rows, 3, true)
      local centred = rows - mean
      local covariance = F.matmul(centred, centred, false, true) / places
      local eye = create.identity(size, { dtype = rows.dtype, device = rows.device })
      local projection = InverseRoot(covariance + eye * eps)
      local y = ungrouped(F.matmul(projection, centred), x)
      if old_mean then
        local now = F.squeeze(mean:detach(), 3)
        running_mean:copydata(old_mean * decay + now * (1 - decay))
      end
      if old_projection then
        local unbiased = places / math.max(places - 1, 1)
        running_projection:copydata(
          old_projection * decay + projection:detach() * ((1 - decay) * unbiased))
      end
      return y
    end))

  --- projection (x - mean) for each group of channels, with averages as
  --- `decorrelated_batch_normalization` keeps them.
  --- Shapes: x: batch x channels x ...; mean: groups x channels of a group; projection: groups x
  --- channels of a group x as many; y: as x.
  --- Errors: channels that do not fall into so many groups.
  --- Source: Chainer; Huang et al., arXiv:1804.08450.
  declare("fixed_decorrelated_batch_normalization(x, mean, projection, groups: integer = 16)",
    widened(3, function(x, mean, projection, groups)
      local who = "F.fixed_decorrelated_batch_normalization"
      local rows = grouped(who, x, groups)
      local size = rows:dim(2)
      mean = average_for(who, rows, x, "mean", mean, groups, size)
      projection = average_for(who, rows, x, "projection", projection, groups, size, size)
      return ungrouped(F.matmul(projection, rows - F.expand_dims(mean, 3)), x)
    end))

  --- (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance over the last axes
  --- of x, as many as gamma has. gamma and beta have the shape of these axes.
  --- Shapes: x: ... x units for gamma and beta of that size; y: as x.
  --- Source: Chainer; Ba, Kiros, Hinton, arXiv:1607.06450.
  declare "layer_normalization(x, gamma, beta: tensor?, eps: number = 1e-5)"

  --- The same, with the mean and the variance of each of `groups` groups of channels in a sample.
  --- gamma and beta have one number for each channel; nil stands for 1 and 0.
  --- Shapes: x: batch x channels x ...; gamma, beta: channels; y: as x.
  --- Errors: channels that do not fall into so many groups.
  --- Source: Chainer; Wu and He, arXiv:1803.08494.
  declare("group_normalization(x, groups: integer, gamma: tensor?, beta: tensor?, "
    .. "eps: number = 1e-5)")

  --- The same, with the mean and the variance of each channel in a sample: PyTorch's function,
  --- without its running averages.
  --- Shapes: x: batch x channels x ...; weight, bias: channels; y: as x.
  --- Source: PyTorch; Ulyanov, Vedaldi, Lempitsky, arXiv:1607.08022.
  declare "instance_norm(x, weight: tensor?, bias: tensor?, eps: number = 1e-5)"

  --- x / sqrt(mean of x^2 + eps) weight, over the last axes of x, whose sizes are
  --- `normalized_shape`. By default eps is the distance from 1 to the next number of x's dtype.
  --- Shapes: x: ... x normalized_shape; weight: normalized_shape; y: as x.
  --- Source: PyTorch; Zhang and Sennrich, arXiv:1910.07467.
  declare "rms_norm(x, normalized_shape: shape, weight: tensor?, eps: number = -1)"

  --- x / (length + eps), where length is the root of the sum of x^2 along an axis or several.
  --- Shapes: x: two axes or more where no axis is named; y: the same.
  declare "normalize(x, eps: number = 1e-5, axis: axes = 2)"

  --- x / (k + alpha s)^beta, where s is the sum of x^2 over a channel and its neighbours: n / 2 of
  --- them on each side, rounded down.
  --- Shapes: x: batch x channels x ...; y: the same.
  --- Errors: an n below 1.
  --- Source: Chainer; Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep
  --- convolutional neural networks", 2012.
  declare("local_response_normalization(x, n: integer = 5, k: number = 2, alpha: number = 1e-4, "
    .. "beta: number = 0.75)")

  --- g v / length of v, for each place along `axis`: a weight as its direction v and its length g,
  --- which has v's shape with size 1 along all other axes.
  --- Shapes: v: one axis or more; g: as v, but 1 along all axes but this one; y: as v.
  --- Source: PyTorch; Salimans and Kingma, arXiv:1602.07868.
  declare "weight_norm(v, g, axis: axis = 1)"
end
