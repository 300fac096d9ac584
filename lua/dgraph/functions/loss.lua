--- Losses. Labels are positions and count from 1; targets that are values do not shift.
local check = require "dgraph.check"
local checks = require "dgraph.functions.loss_checks"
local create = require "dgraph.create"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

-- What no label equals: then none is ignored.
local NONE = -0x8000000000000000LL

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  local function wants_mean(reduce, who)
    if reduce ~= "mean" and reduce ~= "no" then checks.reduction(who, reduce, checks.MEAN_OR_NO) end
    return reduce == "mean"
  end

  --- What soft targets of probability p lack of a divergence: p ln p for each row, or its mean over
  --- the rows as softmax_cross_entropy takes it.
  local function negative_entropy(t, normalize, mean)
    local each = F.sum(t * F.log(F.where(t:eq(0), t + 1, t)), 2)
    if not mean then return each end
    return F.sum(each) * (1 / math.max(normalize and C.dg_size(each) or t:dim(1), 1))
  end

  --- Family: cross entropies
  --- Shapes: x, t: one shape, any; y: one number, or x's shape with reduce "no".
  --- Dtypes: floats, one for all; y has it.
  --- Errors: a `reduce` that it does not know.
  --- Source: Chainer.

  --- The cross entropy of softmax(x) and the labels t, which count from 1. x: batch x classes or
  --- batch x classes x ..., t: batch x ..., or probabilities in x's shape. Labels `ignore_label` do
  --- not count. The mean over the labels that count (`normalize`) or over all; reduce "no" gives
  --- one number for each. With probabilities `soft_target_loss` may be "kl-divergence".
  --- `cache_score` and `enable_double_backprop` are Chainer's and change nothing: all of it can be
  --- differentiated twice.
  --- Shapes: x: batch x classes or batch x classes x ...; t: x's without the classes, or x's;
  --- class_weight: classes; y: one number, or x's without the classes with reduce "no".
  --- Dtypes: x, class_weight: floats, one for both; t: int32, int64 or uint8 for labels, x's for
  --- probabilities; y has x's.
  --- Errors: labels that are neither 1 to the number of classes nor ignore_label; unknown `reduce`
  --- or soft_target_loss.
  declare("softmax_cross_entropy(x, t, normalize: boolean = true, cache_score: any = true, "
    .. "class_weight: tensor?, ignore_label: integer = -1, reduce: any = 'mean', "
    .. "enable_double_backprop: any?, soft_target_loss: any = 'cross-entropy')",
    function(x, t, normalize, _, class_weight, ignore_label, reduce, _, soft_target_loss)
      local who = "F.softmax_cross_entropy"
      local mean = wants_mean(reduce, who)
      local y = C.dg_softmax_cross_entropy(x, t, class_weight, 1, ignore_label, normalize, mean)
      if soft_target_loss == "cross-entropy" then return wrap(y) end
      checks.reduction(who, soft_target_loss, { "cross-entropy", "kl-divergence" },
        "soft_target_loss")
      y = wrap(y)
      if not dtypes.is_float(C.dg_dtype_of(t)) then return y end
      return y + negative_entropy(t, normalize, mean)
    end)

  --- The cross entropy of sigmoid(x) and targets of x's shape: 0 or 1, where -1 counts for nothing,
  --- or probabilities. Divided by how many count (`normalize`) or by the size of the first axis.
  --- Dtypes: x: floats; t: integers, bool, or x's; y has x's.
  declare("sigmoid_cross_entropy(x, t, normalize: boolean = true, reduce: any = 'mean')",
    function(x, t, normalize, reduce)
      local mean = wants_mean(reduce, "F.sigmoid_cross_entropy")
      return wrap(C.dg_sigmoid_cross_entropy(x, t, normalize, mean))
    end)

  --- The mean of (x0 - x1)^2 over all elements; both of one shape.
  --- Shapes: x0, x1: one shape, any; y: one number.
  --- Errors: none.
  declare "mean_squared_error(x0, x1)"

  -- -- Errors of predictions ------------------------------------------------------------------

  --- Family: errors of predictions
  --- Shapes: x0, x1: one shape, any; y: the same.
  --- Dtypes: floats, one for both; y has it.
  --- Errors: none.
  --- Source: Chainer.

  --- The mean of |x0 - x1| over all elements; both of one shape.
  --- Shapes: x0, x1: one shape, any; y: one number.
  declare("mean_absolute_error(x0, x1)", function(x0, x1)
    checks.alike("F.mean_absolute_error", x0, x1)
    return F.mean(F.abs(x0 - x1))
  end)

  --- |x0 - x1|, elementwise; both of one shape.
  declare("absolute_error(x0, x1)", function(x0, x1)
    checks.alike("F.absolute_error", x0, x1)
    return F.abs(x0 - x1)
  end)

  --- (x0 - x1)^2, elementwise; both of one shape.
  declare("squared_error(x0, x1)", function(x0, x1)
    checks.alike("F.squared_error", x0, x1)
    return F.square(x0 - x1)
  end)

  --- (x1 - x2)^2, elementwise; both of one shape.
  declare("squared_difference(x1, x2)", function(x1, x2)
    checks.alike("F.squared_difference", x1, x2)
    return F.square(x1 - x2)
  end)

  --- The loss of P. Huber: a^2 / 2 where |a| <= delta, a = x - t, else delta (|a| - delta / 2).
  --- Both have one shape of two axes or more; the sum over the second axis, or with reduce "no"
  --- each.
  --- Shapes: x, t: one shape, batch x classes x ...; y: without the second axis, or the same with
  --- reduce "no".
  --- Errors: a delta that is not above 0; a `reduce` that it does not know.
  --- Source: Chainer; Huber, "Robust estimation of a location parameter", 1964.
  declare("huber_loss(x, t, delta: number, reduce: any = 'sum_along_second_axis')",
    function(x, t, delta, reduce)
      checks.alike("F.huber_loss", x, t)
      checks.reduction("F.huber_loss", reduce, { "sum_along_second_axis", "no" })
      checks.positive("F.huber_loss", delta, "delta")
      local a = x - t
      local clipped = F.clip(a, -delta, delta)
      local y = clipped * (a - clipped * 0.5)
      return reduce == "no" and y or F.sum(y, 2)
    end)

  -- -- Margins --------------------------------------------------------------------------------

  --- max(0, v), or its square where norm is "L2".
  local function positive_part(v, norm)
    local y = F.relu(v)
    return norm == "L2" and F.square(y) or y
  end

  --- Family: margins
  --- Shapes: batch x size; y: one number, or batch with reduce "no".
  --- Dtypes: floats, one for all; y has it.
  --- Errors: a margin that is not above 0; a `reduce` that it does not know.
  --- Source: Chainer.

  --- The loss of support vector machines: the sum of max(0, 1 - s x) over classes and rows, squared
  --- where norm is "L2", divided by the rows; s is 1 at a row's label and -1 elsewhere. x: batch x
  --- classes, t: batch, labels from 1. reduce "no" gives each term, in x's shape.
  --- Shapes: x: batch x classes; t: batch; y: one number, or as x with reduce "no".
  --- Dtypes: x: floats; t: int32, int64 or uint8; y has x's.
  --- Errors: labels that are not 1 to the number of classes; unknown `norm` or `reduce`.
  declare("hinge(x, t, norm: any = 'L1', reduce: any = 'mean')", function(x, t, norm, reduce)
    local who = "F.hinge"
    checks.float(who, x)
    checks.reduction(who, norm, { "L1", "L2" }, "norm")
    checks.reduction(who, reduce, checks.MEAN_OR_NO)
    if C.dg_ndim(x) ~= 2 then
      errors.raisef("%s: x has %d axes, wanted batch x classes", who, C.dg_ndim(x))
    end
    checks.labels(who, x, t)
    local rows, classes = x:dim(1), x:dim(2)
    native.check(C.dg_count_labels(who, t, classes, 1, NONE))
    local column = F.cast(F.reshape(t, { rows, 1 }), x.dtype)
    local is_label = F.cumsum(create.ones_like(x), 2):eq(column)
    local y = positive_part(F.where(is_label, -x, x) + 1, norm)
    return reduce == "no" and y or F.sum(y) / rows
  end)

  local function wants_rows(who, x)
    local ndim = C.dg_ndim(x)
    if ndim ~= 2 then errors.raisef("%s: got %d axes, wanted batch x size", who, ndim) end
  end

  --- For pairs of rows with the distance d: d^2 / 2 where y is 1, they belong together, and max(0,
  --- margin - d)^2 / 2 where y is 0. x0, x1: batch x size, y: batch, integers. reduce "no" gives
  --- one number for each pair.
  --- Shapes: x0, x1: batch x size; y: batch; the result: one number, or batch with reduce "no".
  --- Dtypes: x0, x1: floats, one for both; y: any; the result has x0's.
  --- Source: Chainer; Hadsell, Chopra, LeCun, "Dimensionality reduction by learning an invariant
  --- mapping", 2006.
  declare("contrastive(x0, x1, y, margin: number = 1, reduce: any = 'mean')",
    function(x0, x1, y, margin, reduce)
      local who = "F.contrastive"
      checks.alike(who, x0, x1)
      wants_rows(who, x0)
      checks.reduction(who, reduce, checks.MEAN_OR_NO)
      checks.positive(who, margin, "the margin")
      if C.dg_ndim(y) ~= 1 or y:dim(1) ~= x0:dim(1) then
        errors.raisef("%s: y has shape %s, wanted %d as there are pairs", who,
          table.concat(y.shape, "x"), x0:dim(1))
      end
      local squares = F.sum(F.square(x0 - x1), 2)
      local d = F.sqrt(F.clip(squares, 1e-30, math.huge)) -- no gradient where both are equal
      local together = F.cast(y, x0.dtype)
      local loss = (together * squares + (1 - together) * F.square(F.relu(margin - d))) * 0.5
      return reduce == "no" and loss or F.mean(loss)
    end)

  --- max(0, |anchor - positive|^2 - |anchor - negative|^2 + margin) for rows; all batch x size.
  --- reduce "no" gives one number for each row.
  --- Source: Chainer; Schroff, Kalenichenko, Philbin, "FaceNet", arXiv:1503.03832.
  declare("triplet(anchor, positive, negative, margin: number = 0.2, reduce: any = 'mean')",
    function(anchor, positive, negative, margin, reduce)
      local who = "F.triplet"
      checks.alike(who, anchor, positive)
      checks.alike(who, anchor, negative)
      wants_rows(who, anchor)
      checks.reduction(who, reduce, checks.MEAN_OR_NO)
      checks.positive(who, margin, "the margin")
      local terms = F.square(anchor - positive) - F.square(anchor - negative)
      local loss = F.relu(F.sum(terms, 2) + margin)
      return reduce == "no" and loss or F.mean(loss)
    end)

  -- -- Distributions --------------------------------------------------------------------------

  local function summed(who, y, reduce)
    checks.reduction(who, reduce, { "sum", "mean", "no" })
    return reduce == "sum" and F.sum(y) or reduce == "mean" and F.mean(y) or y
  end

  --- Family: distributions
  --- Shapes: all of one shape, any; y: one number, or the same with reduce "no".
  --- Dtypes: floats, one for all; y has it.
  --- Errors: a `reduce` that it does not know.
  --- Source: Chainer.

  --- The divergence of normal distributions from the standard one: (mean^2 + v - ln v - 1) / 2 with
  --- ln v given; both of one shape. The sum, the "mean", or with reduce "no" each.
  --- Source: Chainer; Kingma and Welling, arXiv:1312.6114, appendix B.
  declare("gaussian_kl_divergence(mean, ln_var, reduce: any = 'sum')",
    function(mean, ln_var, reduce)
      checks.alike("F.gaussian_kl_divergence", mean, ln_var)
      local y = (F.square(mean) + F.exp(ln_var) - ln_var - 1) * 0.5
      return summed("F.gaussian_kl_divergence", y, reduce)
    end)

  --- The negative logarithm of the density of x under normal distributions: (ln v + ln 2 pi +
  --- (x - mean)^2 / v) / 2 with ln v given; all of one shape. The sum, the "mean", or with reduce
  --- "no" each.
  declare("gaussian_nll(x, mean, ln_var, reduce: any = 'sum')", function(x, mean, ln_var, reduce)
    checks.alike("F.gaussian_nll", x, mean)
    checks.alike("F.gaussian_nll", x, ln_var)
    local y = (ln_var + F.square(x - mean) * F.exp(-ln_var) + math.log(2 * math.pi)) * 0.5
    return summed("F.gaussian_nll", y, reduce)
  end)

  --- The negative logarithm of the probability of x, 0 or 1, where the logits of 1 are y:
  --- softplus(y) - x y; both of one shape. The sum, the "mean", or with reduce "no" each.
  declare("bernoulli_nll(x, y, reduce: any = 'sum')", function(x, y, reduce)
    checks.alike("F.bernoulli_nll", x, y)
    return summed("F.bernoulli_nll", F.softplus(y) - x * y, reduce)
  end)

  -- -- Covariances ----------------------------------------------------------------------------

  --- The columns of a minus their means, transposed, times those of b, divided by the rows.
  local function covariance(a, b)
    local rows = a:dim(1)
    local function centered(x) return x - F.sum(x, 1, true) / rows end
    return F.matmul(centered(a), centered(b), true, false) / rows
  end

  local function half_squares(who, y, reduce)
    checks.reduction(who, reduce, { "half_squared_sum", "no" })
    return reduce == "no" and y or F.sum(F.square(y)) * 0.5
  end

  --- Family: covariances
  --- Dtypes: floats, one for all; y has it.
  --- Errors: a `reduce` that it does not know.
  --- Source: Chainer.

  --- Half the sum of the squares of all covariances of a column of y with one of z, over the rows:
  --- what keeps two parts of a code from telling the same. reduce "no" gives the covariances.
  --- Shapes: y: batch x n; z: batch x m; the result: one number, or n x m with reduce "no".
  --- Source: Chainer; Cheung et al., arXiv:1412.6583.
  declare("cross_covariance(y, z, reduce: any = 'half_squared_sum')", function(y, z, reduce)
    local who = "F.cross_covariance"
    checks.float(who, y)
    wants_rows(who, y)
    wants_rows(who, z)
    if z.dtype ~= y.dtype or z:dim(1) ~= y:dim(1) then
      errors.raisef("%s: got %s %s and %s %s, wanted as many rows of one dtype", who, y.dtype,
        table.concat(y.shape, "x"), z.dtype, table.concat(z.shape, "x"))
    end
    return half_squares(who, covariance(y, z), reduce)
  end)

  --- DeCov: half the sum of the squares of the covariances of each column of h with the others,
  --- over the rows, so that units learn different things. reduce "no" gives the covariances, with 0
  --- on the diagonal.
  --- Shapes: h: batch x n; y: one number, or n x n with reduce "no".
  --- Source: Chainer; Cogswell et al., arXiv:1511.06068.
  declare("decov(h, reduce: any = 'half_squared_sum')", function(h, reduce)
    local who = "F.decov"
    checks.float(who, h)
    wants_rows(who, h)
    local other = 1 - create.identity(h:dim(2), { dtype = h.dtype, device = h.device })
    return half_squares(who, covariance(h, h) * other, reduce)
  end)

  -- -- Sampling -------------------------------------------------------------------------------

  --- Family: sampling
  --- Shapes: x: batch x size; t: batch; W: labels x size; loss: one number, or batch with reduce
  --- "no".
  --- Dtypes: x, W: floats, one for both; t and what the sampler gives: int32, int64 or uint8; the
  --- loss has x's.
  --- Errors: labels that are neither 1 to the rows of W nor -1; a `reduce` that it does not know.
  --- Source: Chainer; Mikolov et al., arXiv:1310.4546.

  --- Negative sampling: -ln s(x w) for the row w of W that the label t names, and -ln s(-x v) for
  --- `sample_size` rows v that `sampler` draws. Rows with the label -1 count for nothing.
  ---@param x dgraph.Tensor  batch x size
  ---@param t dgraph.Tensor  batch, labels from 1
  ---@param W dgraph.Tensor  labels x size
  ---@param sampler fun(shape: integer[], device: dgraph.Device): dgraph.Tensor  labels, from 1
  ---@param sample_size integer
  ---@param reduce? "sum"|"no"  the sum by default, or one number for each row
  ---@param return_samples? boolean  false by default
  ---@return dgraph.Tensor loss
  ---@return dgraph.Tensor? samples  batch x (1 + sample_size): the labels, then those drawn
  function F.negative_sampling(x, t, W, sampler, sample_size, reduce, return_samples)
    local who = "F.negative_sampling"
    check.tensor(x, who, "x")
    check.tensor(t, who, "t")
    check.tensor(W, who, "W")
    check.integer(sample_size, who, "sample_size")
    reduce = reduce or "sum"
    checks.reduction(who, reduce, { "sum", "no" })
    checks.float(who, x)
    wants_rows(who, x)
    if C.dg_ndim(W) ~= 2 or W:dim(2) ~= x:dim(2) or C.dg_ndim(t) ~= 1 or t:dim(1) ~= x:dim(1) then
      errors.raisef("%s: shapes %s of x, %s of t and %s of W do not fit", who,
        table.concat(x.shape, "x"), table.concat(t.shape, "x"), table.concat(W.shape, "x"))
    end
    local rows = x:dim(1)
    native.check(C.dg_count_labels(who, t, W:dim(1), 1, -1))
    local positive = F.reshape(F.cast(t, "int64"), { rows, 1 })
    local drawn = F.cast(sampler({ rows, sample_size }, x.device), "int64")
    local samples = F.concat({ positive, drawn }, 2)
    local counts = positive:ne(-1)
    local used = F.where(counts, samples, positive) -- -1 in rows that do not count
    local w = F.embed_id(used, W, -1)
    local products = F.squeeze(F.matmul(w, F.expand_dims(x, 3)), 3)
    local right, wrong = products[{ {}, { 1, 1 } }], products[{ {}, { 2, sample_size + 1 } }]
    local losses = F.sum(F.softplus(-right), 2) + F.sum(F.softplus(wrong), 2)
    local y = losses * F.cast(F.reshape(counts, { rows }), x.dtype)
    if reduce == "sum" then y = F.sum(y) end
    if return_samples then return y, samples end
    return y
  end

  --- ln(1 - p), where p is the softmax of each row of scores, two or more. Of the largest p, which
  --- may be as near to 1 as numbers are, by the sum over the others; the rest are not above 1/2.
  local function log_others(scores)
    local place = create.arange(scores:dim(2), { dtype = "int64", device = scores.device }) + 1
    local is_largest = place:eq(F.expand_dims(scores:argmax(2), 2))
    local other = F.where(is_largest, create.full_like(scores, -math.huge), scores)
    local p = F.where(is_largest, create.zeros_like(scores), F.softmax(scores, 2))
    return F.where(is_largest, -F.softplus(scores - F.logsumexp(other, 2, true)), F.log1p(-p))
  end

  --- BlackOut: -ln p(t) - the sum of ln(1 - p(s)) over the samples s of a row, where p is the
  --- softmax of x w over the rows w of W that the label t and the samples name. The mean over the
  --- rows; reduce "no" gives one number for each.
  --- Shapes: x: batch x size; t: batch; W: labels x size; samples: batch x any number; the loss:
  --- one number, or batch with reduce "no".
  --- Dtypes: x, W: floats, one for both; t, samples: int32, int64 or uint8; the loss has x's.
  --- Errors: labels and samples that are not 1 to the rows of W; a `reduce` that it does not know.
  --- Source: Chainer; Ji et al., arXiv:1511.06909.
  declare("black_out(x, t, W, samples, reduce: any = 'mean')", function(x, t, W, samples, reduce)
    local who = "F.black_out"
    checks.reduction(who, reduce, checks.MEAN_OR_NO)
    checks.float(who, x)
    wants_rows(who, x)
    local rows, size = x:dim(1), x:dim(2)
    if C.dg_ndim(W) ~= 2 or W:dim(2) ~= size or C.dg_ndim(t) ~= 1 or t:dim(1) ~= rows
        or C.dg_ndim(samples) ~= 2 or samples:dim(1) ~= rows then
      errors.raisef("%s: shapes %s of x, %s of t, %s of W and %s of samples do not fit", who,
        table.concat(x.shape, "x"), table.concat(t.shape, "x"), table.concat(W.shape, "x"),
        table.concat(samples.shape, "x"))
    end
    for _, ids in ipairs { t, samples } do
      native.check(C.dg_count_labels(who, ids, W:dim(1), 1, NONE))
    end
    local right = F.expand_dims(F.cast(t, "int64"), 2)
    local w = F.embed_id(F.concat({ right, F.cast(samples, "int64") }, 2), W)
    local scores = F.squeeze(F.matmul(w, F.expand_dims(x, 3)), 3)
    local loss = -F.log_softmax(scores, 2)[{ {}, 1 }]
    local drawn = samples:dim(2)
    if drawn > 0 then loss = loss - F.sum(log_others(scores)[{ {}, { 2, drawn + 1 } }], 2) end
    return reduce == "no" and loss or F.mean(loss)
  end)

  -- -- Clusters -------------------------------------------------------------------------------

  --- Lengths of vectors along an axis, or two; of the norm 2 with the gradient 0 where all is 0.
  local function lengths(x, axes, norm)
    if norm == 1 then return F.sum(F.absolute(x), axes) end
    local squares = F.sum(F.square(x), axes)
    local is_zero = squares:eq(0)
    return F.where(is_zero, squares, F.sqrt(F.where(is_zero, create.ones_like(squares), squares)))
  end

  --- The rows of x added up by their clusters; those with the number -1 are left out.
  local function by_cluster(numbers, x, clusters)
    return wrap(C.dg_embed_id_grad(numbers, x, clusters, 1, -1))
  end

  --- How far the means of an image's clusters are nearer than 2 `delta`: means: images x clusters x
  --- size. All pairs count, each once.
  local function nearness(means, delta, norm)
    local images, n = means:dim(1), means:dim(2)
    local apart = lengths(F.expand_dims(means, 3) - F.expand_dims(means, 2), 4, norm)
    local near = F.triu(F.square(F.relu(2 * delta - apart)), 1)
    return F.sum(near) * (1 / math.max(images * n * (n - 1) / 2, 1))
  end

  --- How far embeddings are from the means of their clusters by more than `delta`: rows x size, and
  --- for each row its cluster of an image and over all images.
  local function spread(rows, means, numbers, instances, n, delta, norm)
    local centers = F.embed_id(numbers, means, -1, false)
    local beyond = F.square(F.relu(lengths(centers - rows, 2, norm) - delta))
    local sums = by_cluster(instances, F.expand_dims(beyond, 2), n)
    local ones = create.ones({ rows:dim(1), 1 }, { dtype = rows.dtype, device = rows.device })
    return F.sum(sums / F.clip(by_cluster(instances, ones, n), 1, math.huge)) * (1 / n)
  end

  local function check_clusters(who, x, labels, size, norm)
    checks.float(who, x)
    if C.dg_ndim(x) ~= 4 or C.dg_ndim(labels) ~= 3 or x:dim(1) ~= labels:dim(1)
        or x:dim(3) ~= labels:dim(2) or x:dim(4) ~= labels:dim(3) then
      errors.raisef("%s: shapes %s and %s do not fit, wanted batch x size x height x width and "
        .. "batch x height x width", who, table.concat(x.shape, "x"),
        table.concat(labels.shape, "x"))
    end
    if dtypes.is_float(C.dg_dtype_of(labels)) or labels.dtype == "bool" then
      errors.raisef("%s: the labels are %s, wanted integers", who, labels.dtype)
    end
    if size ~= x:dim(2) then
      errors.raisef("%s: max_embedding_dim is %d, the embeddings have %d", who, size, x:dim(2))
    end
    checks.positive(who, size, "max_embedding_dim")
    if norm ~= 1 and norm ~= 2 then errors.raisef("%s: norm is %g, wanted 1 or 2", who, norm) end
  end

  --- Family: clusters
  --- Shapes: embeddings: batch x size x height x width; labels: batch x height x width; each
  --- result: one number.
  --- Dtypes: embeddings: floats; labels: int32, int64 or uint8; the results have the first one's.
  --- Errors: a max_embedding_dim that is not the size, or is 0; a norm other than 1 and 2.
  --- Source: Chainer; De Brabandere et al., arXiv:1708.02551.

  --- Three losses that have the pixels of an instance near to each other, and instances apart.
  --- Each image has as many instances as embeddings have elements, `max_embedding_dim`: the labels
  --- from 1 to that, as in Chainer; pixels with other labels, 0 as a rule, count for nothing. With
  --- d the distance by the `norm`, m the mean of an instance in an image (0 where there is none),
  --- they are `alpha` times the mean over the instances of the mean over their pixels of max(0,
  --- d(m, x) - delta_v)^2; `beta` times the mean over pairs and images of max(0, 2 delta_d -
  --- d(m, m'))^2; and `gamma` times the mean over instances and images of the norm of m, where the
  --- norm 2 takes the root over all images at once, as Chainer does.
  ---@return dgraph.Tensor variance
  ---@return dgraph.Tensor distance
  ---@return dgraph.Tensor regularization
  declare("discriminative_margin_based_clustering_loss(embeddings, labels, delta_v: number, "
    .. "delta_d: number, max_embedding_dim: integer, norm: number = 1, alpha: number = 1, "
    .. "beta: number = 1, gamma: number = 0.001)",
    function(x, labels, delta_v, delta_d, n, norm, alpha, beta, gamma)
      check_clusters("F.discriminative_margin_based_clustering_loss", x, labels, n, norm)
      local images, dtype = x:dim(1), x.dtype
      if dtype ~= "float64" then x = F.cast(x, "float32") end -- 16 bits cannot count the pixels
      local rows = F.reshape(F.transpose(x, { 1, 3, 4, 2 }), { C.dg_size(labels), n })
      local instances = F.cast(labels, "int64")
      local none = create.full_like(instances, -1)
      instances = F.where(F.logical_and(instances:gt(0), instances:le(n)), instances, none)
      local first = create.arange(images, { dtype = "int64", device = x.device }) * n
      local numbers = F.where(instances:gt(0), instances + first:reshape(images, 1, 1), none)
      instances, numbers = F.flatten(instances), F.flatten(numbers)
      local ones = create.ones({ rows:dim(1), 1 }, { dtype = x.dtype, device = x.device })
      local means = by_cluster(numbers, rows, images * n)
        / F.clip(by_cluster(numbers, ones, images * n), 1, math.huge)
      local by_image = F.reshape(means, { images, n, n })
      local variance = spread(rows, means, numbers, instances, n, delta_v, norm) * alpha
      local distance = nearness(by_image, delta_d, norm) * beta
      local size = F.sum(lengths(by_image, { 1, 3 }, norm)) * (gamma / math.max(n * images, 1))
      return F.cast(variance, dtype), F.cast(distance, dtype), F.cast(size, dtype)
    end, 3)
end
