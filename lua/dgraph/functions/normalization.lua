--- Normalizations. x is batch x channels x ... where channels are spoken of.
return function(F)
  local declare = require "dgraph.functions.declare"(F)

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
