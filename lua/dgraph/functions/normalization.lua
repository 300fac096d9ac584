--- Normalizations. x is batch x channels x ... where channels are spoken of.
return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance of x over `axis`: by
  --- default the first axis and all behind those of gamma. gamma and beta have x's shape without
  --- these axes; nil stands for 1 and 0. `running_mean` and `running_var`, of that shape too,
  --- become decay times themselves plus 1 - decay times those of x, in place, where the variance
  --- of m numbers counts m / (m - 1) times.
  declare("batch_normalization(x, gamma: tensor?, beta: tensor?, eps: number = 2e-5, "
    .. "running_mean: tensor?, running_var: tensor?, decay: number = 0.9, axis: axes?)")

  --- The same with mean and variance that are given, as those that batch_normalization kept.
  declare("fixed_batch_normalization(x, gamma: tensor?, beta: tensor?, mean: tensor, "
    .. "var: tensor, eps: number = 2e-5, axis: axes?)")

  --- (x - mean) / sqrt(var + eps) gamma + beta, with the mean and the variance over the last axes
  --- of x, as many as gamma has. gamma and beta have the shape of these axes.
  declare "layer_normalization(x, gamma, beta: tensor?, eps: number = 1e-5)"

  --- The same, with the mean and the variance of each of `groups` groups of channels in a sample.
  --- gamma and beta have one number for each channel; nil stands for 1 and 0.
  declare("group_normalization(x, groups: integer, gamma: tensor?, beta: tensor?, "
    .. "eps: number = 1e-5)")

  --- The same, with the mean and the variance of each channel in a sample: PyTorch's function,
  --- without its running averages.
  declare "instance_norm(x, weight: tensor?, bias: tensor?, eps: number = 1e-5)"

  --- x / sqrt(mean of x^2 + eps) weight, over the last axes of x, whose sizes are
  --- `normalized_shape`. By default eps is the distance from 1 to the next number of x's dtype.
  declare "rms_norm(x, normalized_shape: shape, weight: tensor?, eps: number = -1)"

  --- x / (length + eps), where length is the root of the sum of x^2 along an axis or several.
  declare "normalize(x, eps: number = 1e-5, axis: axes = 2)"

  --- x / (k + alpha s)^beta, where s is the sum of x^2 over a channel and its neighbours: n / 2 of
  --- them on each side, rounded down.
  declare("local_response_normalization(x, n: integer = 5, k: number = 2, alpha: number = 1e-4, "
    .. "beta: number = 0.75)")

  --- g v / length of v, for each place along `axis`: a weight as its direction v and its length g,
  --- which has v's shape with size 1 along all other axes.
  declare "weight_norm(v, g, axis: axis = 1)"
end
