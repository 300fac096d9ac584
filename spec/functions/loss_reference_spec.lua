local dg = require "dgraph"
local reference = require "spec.support.reference"

local F = dg.F

local function weight(x) return dg.tensor({ 0.5, 2, 3 }, x.dtype) end
local function ids(t) return dg.tensor(t, "int64") end

--- Labels that count from 0 there; -100 stays.
local function shifted(t) return F.where(t:eq(-100), t, t + 1) end

local cases = {
  mean_absolute_error = F.mean_absolute_error,
  absolute_error = F.absolute_error,
  squared_error = F.squared_error,
  ["huber_loss delta=0.7"] = function(x, t) return F.huber_loss(x, t, 0.7) end,
  gaussian_kl_divergence = F.gaussian_kl_divergence,
  gaussian_nll = F.gaussian_nll,
  bernoulli_nll = F.bernoulli_nll,
  hinge = function(x, t) return F.hinge(x, t + 1) end,
  ["hinge L2"] = function(x, t) return F.hinge(x, t + 1, "L2") end,
  ["contrastive margin=2"] = function(a, b, y) return F.contrastive(a, b, y, 2) end,
  triplet = F.triplet,
  cross_covariance = F.cross_covariance,
  decov = F.decov,
  nll_loss = function(x, t) return F.nll_loss(x, t + 1) end,
  ["nll_loss by weights"] = function(x, t) return F.nll_loss(x, shifted(t), weight(x)) end,
  ["nll_loss by weights, none"] = function(x, t)
    return F.nll_loss(x, shifted(t), weight(x), { reduction = "none" })
  end,
  binary_cross_entropy_with_logits = function(x, t)
    return F.binary_cross_entropy_with_logits(x, t, weight(x), { pos_weight = weight(x) / 2 })
  end,
  kl_div = F.kl_div,
  ["kl_div batchmean log_target"] = function(x, t) return F.kl_div(x, t, "batchmean", true) end,
  cosine_similarity = F.cosine_similarity,
  ["smooth_l1_loss beta=0.7"] = function(x, t) return F.smooth_l1_loss(x, t, "mean", 0.7) end,
  sigmoid_focal_loss = F.sigmoid_focal_loss,
  ["bce_with_logits sum"] = function(x, t)
    return F.bce_with_logits(x, t, { reduction = "sum" })
  end,
  ["smooth_l1 none"] = function(x, t) return F.smooth_l1(x, t, "none") end,
  mean_squared_error = F.mean_squared_error,
  squared_difference = F.squared_difference,
  softmax_cross_entropy = function(x, t) return F.softmax_cross_entropy(x, t + 1) end,
  sigmoid_cross_entropy = F.sigmoid_cross_entropy,
  crf1d = function(cost, a, b, c, ...)
    local labels = { ... }
    for i = 1, 3 do labels[i] = labels[i] + 1 end
    return F.crf1d(cost, { a, b, c }, labels)
  end,
  argmax_crf1d = function(cost, ...)
    local score, path = F.argmax_crf1d(cost, { ... })
    return score, path[1] - 1, path[2] - 1, path[3] - 1
  end,
  negative_sampling = function(x, t, W, drawn)
    return (F.negative_sampling(x, t + 1, W, function() return drawn + 1 end, 2))
  end,
  ["softmax_cross_entropy by weights"] = function(x, t)
    return F.softmax_cross_entropy(x, t + 1, { class_weight = weight(x), reduce = "no" })
  end,
  connectionist_temporal_classification = function(x, t)
    return F.connectionist_temporal_classification(F.separate(x, 1), t + 1, 4,
      { input_length = ids { 6, 5, 4 }, label_length = ids { 2, 2, 1 }, reduce = "no" })
  end,
  ["embedding_bag by weights"] = function(W, i, s)
    return F.embedding_bag(i + 1, W, { mode = "sum", per_sample_weights = s })
  end,
}
for _, reduce in ipairs { "mean", "no" } do
  cases[reduce == "mean" and "black_out" or "black_out no"] = function(x, t, W, drawn)
    return F.black_out(x, t + 1, W, drawn + 1, reduce)
  end
end
for norm = 1, 2 do
  cases["discriminative_margin_based_clustering_loss norm=" .. norm] = function(x, t)
    return F.discriminative_margin_based_clustering_loss(x, t, 0.3, 0.8, 3, norm, 1, 2, 0.1)
  end
end
for _, mode in ipairs { "sum", "mean", "max" } do
  cases["embedding_bag " .. mode] = function(W, i) return F.embedding_bag(i + 1, W, nil, mode) end
  cases["embedding_bag of lists " .. mode] = function(W, i, o)
    return F.embedding_bag(i + 1, W, o + 1, mode)
  end
end

reference("loss", cases)
