--- The errors of functions that networks are made of and learn by, which their doc comments tell.
local dg = require "dgraph"
local provoke_errors = require "spec.support.provoke_errors"

local F = dg.F

local function places(t) return dg.tensor(t, "int64") end
local function labels(t) return dg.tensor(t, "int32") end
local function drawn(shape) return dg.ones(shape, "int32") end

local x, v, flat = dg.ones(2, 3), dg.ones(3), dg.zeros(2, 2)
local pixels = labels { { { 1 } } }
local image, kernel, region = dg.ones(1, 2, 4, 4), dg.ones(1, 2, 2, 2), dg.ones(1, 4)

--- The state, weights and biases of one layer over sequences.
local h, ws, bs = dg.zeros(1, 2, 2), { {} }, { {} }
for k = 1, 6 do ws[1][k], bs[1][k] = dg.ones(2, k <= 3 and 3 or 2), dg.ones(2) end

local function ctc(t, blank, options)
  return F.connectionist_temporal_classification({ v:reshape(1, 3) }, t, blank, options)
end

local WITHOUT_LAPACK = "needs OpenBLAS for its LAPACK, got built-in"

provoke_errors(true, {
  linear = { { "F.linear: n_batch_axes is 2 for an input of 2 axes", F.linear, x, x, nil, 2 } },
  embed_id = {
    { "embed_id: label 3 (element 1) is not one of 1 to 2", F.embed_id, labels { 3 }, x },
  },
  ["Family: convolutions and their transposes"] = {
    { "convolution: 2 groups do not divide the first axis of W, which is 3x1x2x2",
      F.convolution_2d, image, dg.ones(3, 1, 2, 2), { groups = 2 } },
    { "convolution: a stride is 0, wanted 1 to 2147483647",
      F.convolution_2d, image, kernel, nil, 0 },
    { "convolution: a pad is -1, wanted 0 to 2147483647",
      F.convolution_2d, image, kernel, nil, 1, -1 },
    { "convolution: a window of 5 does not fit axis 3, which is 4 with padding",
      F.convolution_2d, image, dg.ones(1, 2, 5, 5) },
  },
  deconvolution_2d = {
    { "deconvolution: outsize 9 along axis 3 does not go with size 4 of x (window 2, ",
      F.deconvolution_2d, image, dg.ones(2, 1, 2, 2), { outsize = 9 } },
  },
  depthwise_convolution_2d = {
    { "convolution: a stride is 0, wanted 1 to 2147483647",
      F.depthwise_convolution_2d, image, kernel, nil, 0 },
    { "F.depthwise_convolution_2d: W is (1, 3, 2, 2), wanted multiplier x 2 x kh x kw",
      F.depthwise_convolution_2d, image, dg.ones(1, 3, 2, 2) },
  },
  ["Family: losses by PyTorch's names"] = {
    { 'F.kl_div: reduction must be "mean", "batchmean", "sum" or "none", got "max"',
      F.kl_div, x, x, "max" },
  },
  nll_loss = {
    { "F.nll_loss: label 4 (element 2) is not one of 1 to 3", F.nll_loss, x, labels { 1, 4 } },
    { 'F.nll_loss: reduction must be "mean", "sum" or "none", got "no"',
      F.nll_loss, x, labels { 1, 2 }, { reduction = "no" } },
  },
  binary_cross_entropy_with_logits = {
    { "mul: shapes 2x3 and 4 do not broadcast",
      F.binary_cross_entropy_with_logits, x, x, dg.ones(4) },
    { 'F.binary_cross_entropy_with_logits: reduction must be "mean", "sum" or "none",',
      F.binary_cross_entropy_with_logits, x, x, nil, "no" },
  },
  smooth_l1_loss = {
    { "F.smooth_l1_loss: beta is -1, wanted 0 or more", F.smooth_l1_loss, x, x, "mean", -1 },
    { 'F.smooth_l1_loss: reduction must be "mean", "sum" or "none", got "no"',
      F.smooth_l1_loss, x, x, "no" },
  },
  smooth_l1 = {
    { "F.smooth_l1_loss: beta is -1, wanted 0 or more", F.smooth_l1, x, x, "mean", -1 },
  },
  ["Family: bags of rows"] = {
    { 'F.embedding_bag: mode must be "sum", "mean" or "max", got "min"',
      F.embedding_bag, labels { { 1 } }, x, nil, "min" },
    { "F.embedding_bag: offset 1 is 2: they rise from 1 to at most 3",
      F.embedding_bag, labels { 1, 2 }, x, places { 2 } },
    { "F.embedding_bag: label 3 (element 1) is not one of 1 to 2",
      F.embedding_bag, labels { { 3 } }, x },
    { 'F.embedding_bag: per_sample_weights are for the mode "sum", not "mean"',
      F.embedding_bag, labels { { 1 } }, x, nil, { per_sample_weights = dg.ones(1, 1) } },
    { "embedding_bag: the bias has shape 7, wanted 3 as W has columns",
      F.embedding_bag, labels { { 1 } }, x, nil, "sum", { bias = dg.ones(7) } },
  },
  ["Family: measures of classes and of regression"] = {
    { "F.recall: label 0 (element 1) is not one of 1 to 1: classes count from 1",
      F.recall, x, labels { 0, 1 } },
    { "F.recall: label_num is -1", F.recall, x, labels { 1, 1 }, -1 },
  },
  accuracy = {
    { "accuracy: label 0 (element 1) is not one of 1 to 3: classes count from 1",
      F.accuracy, x, labels { 0, 1 } },
  },
  binary_accuracy = {
    { "F.binary_accuracy: t is float32, wanted integers", F.binary_accuracy, x, x },
  },
  r2_score = {
    { "F.r2_score: there are no weights yet, got a tensor", F.r2_score, x, x, x },
    { 'F.r2_score: multioutput must be "uniform_average" or "raw_values", got "sum"',
      F.r2_score, x, x, { multioutput = "sum" } },
  },
  ["Family: windows and columns"] = {
    { "im2col: a size is 0, wanted 1 to 2147483647", F.im2col, image, 0 },
    { "im2col: a pad is -1, wanted 0 to 2147483647", F.im2col, image, 1, 1, -1 },
    { "im2col: a window of 5 does not fit axis 3, which is 4 with padding", F.im2col, image, 5 },
  },
  fold = {
    { "F.fold: 3 channels are not a multiple of the window's 4 elements",
      F.fold, dg.ones(1, 3, 4), 3, 2 },
    { "F.fold: x has 3 places, wanted 4", F.fold, dg.ones(1, 4, 3), 3, 2 },
  },
  ["Family: channels and blocks"] = {
    { "F.depth2space: x has 2 axes, wanted 4", F.depth2space, x, 2 },
    { "F.depth2space: blocks of size 0", F.depth2space, image, 0 },
    { "F.pixel_shuffle: 2 channels are not a multiple of 2^2", F.pixel_shuffle, image, 2 },
  },
  space2depth = {
    { "F.space2depth: x has 2 axes, wanted 4", F.space2depth, x, 2 },
    { "F.space2depth: blocks of size 0", F.space2depth, image, 0 },
    { "F.space2depth: 4 x 4 is not made of blocks of 3 x 3", F.space2depth, image, 3 },
  },
  pixel_unshuffle = {
    { "F.pixel_unshuffle: x has 2 axes, wanted 4", F.pixel_unshuffle, x, 2 },
    { "F.pixel_unshuffle: blocks of size 0", F.pixel_unshuffle, image, 0 },
    { "F.pixel_unshuffle: 4 x 4 is not made of blocks of 3 x 3", F.pixel_unshuffle, image, 3 },
  },
  resize_images = {
    { 'F.resize_images: mode must be "bilinear" or "nearest", got "cubic"',
      F.resize_images, image, { 2, 2 }, "cubic" },
    { "F.resize_images: a size of 4 cannot become 0", F.resize_images, image, { 0, 2 } },
  },
  ["Family: places between elements"] = {
    { "F.spatial_transformer_grid: output_shape is 0, wanted at least 1",
      F.spatial_transformer_grid, dg.ones(1, 2, 3), { 2, 0 } },
  },
  ["Family: filters of another kind"] = {
    { "F.local_convolution_2d: stride is 0, wanted at least 1",
      F.local_convolution_2d, image, dg.ones(1, 1, 1, 2, 1, 1), { stride = 0 } },
  },
  shift = {
    { "F.shift: ksize is 2 x 2, wanted odd numbers", F.shift, image, 2 },
    { "F.shift: dilate is 0", F.shift, image, { dilate = 0 } },
    { "F.shift: 2 channels for 9 groups", F.shift, image },
  },
  local_convolution_2d = {
    { "F.local_convolution_2d: stride is 0, wanted at least 1",
      F.local_convolution_2d, image, dg.ones(1, 1, 1, 2, 1, 1), { stride = 0 } },
    { "F.local_convolution_2d: 5 x 1 places of 1 x 1 elements do not fit x, which is 4 x 4",
      F.local_convolution_2d, image, dg.ones(5, 1, 1, 2, 1, 1) },
    { "F.local_convolution_2d: 0 x 1 places of 1 x 1 elements do not fit x, which is 4 x 4",
      F.local_convolution_2d, image, dg.ones(0, 1, 1, 2, 1, 1) },
  },
  deformable_convolution_2d_sampler = {
    { "F.deformable_convolution_2d_sampler: stride is 0, wanted at least 1",
      F.deformable_convolution_2d_sampler, image, dg.ones(1, 8, 3, 3), kernel, { stride = 0 } },
    { "F.deformable_convolution_2d_sampler: a pad is below 0",
      F.deformable_convolution_2d_sampler, image, dg.ones(1, 8, 3, 3), kernel, { pad = -1 } },
  },
  ["Family: regions of interest"] = {
    { "F.roi_max_pooling_2d: outsize is 0, wanted at least 1",
      F.roi_max_pooling_2d, image, region, labels { 1 }, 0, 1 },
    { "F.roi_max_pooling_2d: spatial_scale is 0, wanted more than 0",
      F.roi_max_pooling_2d, image, region, labels { 1 }, 1, 0 },
    { "F.roi_max_pooling_2d: roi 1 is at inf, wanted at most 2^31",
      F.roi_max_pooling_2d, image, region / 0, labels { 1 }, 1, 1 },
    { "F.roi_max_pooling_2d: roi 1 is of image 2, wanted 1 to 1",
      F.roi_max_pooling_2d, image, region, labels { 2 }, 1, 1 },
  },
  ["Family: regions of interest without rounding"] = {
    { "F.roi_max_align_2d: outsize is 0, wanted at least 1",
      F.roi_max_align_2d, image, region, labels { 1 }, 0, 1 },
    { "F.roi_max_align_2d: spatial_scale is 0, wanted more than 0",
      F.roi_max_align_2d, image, region, labels { 1 }, 1, 0 },
    { "F.roi_max_align_2d: sampling_ratio is 0, wanted whole numbers above 0",
      F.roi_max_align_2d, image, region, labels { 1 }, 1, 1, 0 },
    { "F.roi_max_align_2d: roi 1 is at inf, wanted at most 2^31",
      F.roi_max_align_2d, image, region / 0, labels { 1 }, 1, 1 },
    { "F.roi_max_align_2d: roi 1 is of image 2, wanted 1 to 1",
      F.roi_max_align_2d, image, region, labels { 2 }, 1, 1 },
  },
  ["Family: cross entropies"] = {
    { 'F.sigmoid_cross_entropy: reduce must be "mean" or "no", got "sum"',
      F.sigmoid_cross_entropy, x, labels { { 1, 0, 1 }, { 0, 0, 1 } }, true, "sum" },
  },
  softmax_cross_entropy = {
    { "softmax_cross_entropy: label 4 (element 2) is not one of 1 to 3",
      F.softmax_cross_entropy, x, labels { 1, 4 } },
    { 'F.softmax_cross_entropy: reduce must be "mean" or "no", got "sum"',
      F.softmax_cross_entropy, x, labels { 1, 2 }, { reduce = "sum" } },
  },
  huber_loss = {
    { "F.huber_loss: delta is 0, wanted more than 0", F.huber_loss, x, x, 0 },
    { 'F.huber_loss: reduce must be "sum_along_second_axis" or "no", got "mean"',
      F.huber_loss, x, x, 1, "mean" },
  },
  ["Family: margins"] = {
    { "F.contrastive: the margin is 0, wanted more than 0",
      F.contrastive, x, x, labels { 0, 1 }, 0 },
    { 'F.triplet: reduce must be "mean" or "no", got "sum"', F.triplet, x, x, x, 1, "sum" },
  },
  hinge = {
    { "F.hinge: label 4 (element 2) is not one of 1 to 3", F.hinge, x, labels { 1, 4 } },
    { 'F.hinge: norm must be "L1" or "L2", got "L3"', F.hinge, x, labels { 1, 2 }, "L3" },
  },
  ["Family: covariances"] = {
    { 'F.decov: reduce must be "half_squared_sum" or "no", got "mean"', F.decov, x, "mean" },
  },
  ["Family: distributions"] = {
    { 'F.bernoulli_nll: reduce must be "sum", "mean" or "no", got "none"',
      F.bernoulli_nll, x, x, "none" },
  },
  ["Family: sampling"] = {
    { "F.negative_sampling: label 3 (element 2) is not one of 1 to 2",
      F.negative_sampling, x, labels { 1, 3 }, x, drawn, 2 },
    { 'F.negative_sampling: reduce must be "sum" or "no", got "mean"',
      F.negative_sampling, x, labels { 1, 2 }, x, drawn, 2, "mean" },
  },
  black_out = {
    { "F.black_out: label 3 (element 1) is not one of 1 to 2",
      F.black_out, x, labels { 1, 2 }, x, labels { { 3 }, { 1 } } },
    { 'F.black_out: reduce must be "mean" or "no", got "sum"',
      F.black_out, x, labels { 1, 2 }, x, labels { { 1 }, { 1 } }, "sum" },
  },
  ["Family: clusters"] = {
    { "F.discriminative_margin_based_clustering_loss: max_embedding_dim is 3, the embedd",
      F.discriminative_margin_based_clustering_loss, dg.ones(1, 2, 1, 1), pixels, 1, 1, 3 },
    { "F.discriminative_margin_based_clustering_loss: norm is 3, wanted 1 or 2",
      F.discriminative_margin_based_clustering_loss, dg.ones(1, 2, 1, 1), pixels, 1, 1, 2, 3 },
  },
  ["Family: random numbers"] = {
    { "dropout: the ratio is 1, wanted one from 0 to below 1", F.dropout, x, 1 },
  },
  gumbel_softmax = {
    { "F.gumbel_softmax: tau is 0, wanted more than 0", F.gumbel_softmax, x, 0 },
  },
  simplified_dropconnect = {
    { "F.simplified_dropconnect: the ratio is 1, wanted one from 0 to below 1",
      F.simplified_dropconnect, x, x, nil, 1 },
  },
  zoneout = { { "F.zoneout: the ratio is 2, wanted one from 0 to 1", F.zoneout, x, x, 2 } },
  batch_normalization = {
    { "batch_normalization: running_mean and running_var come together",
      F.batch_normalization, x, v, v, { running_mean = dg.ones(3) } },
  },
  batch_renormalization = {
    { "F.batch_renormalization: running_mean and running_var are needed",
      F.batch_renormalization, x, v, v, 1, 0 },
    { "F.batch_renormalization: wanted rmax >= 1 and dmax >= 0, got 0 and 0",
      F.batch_renormalization, x, v, v, 0, 0, { running_mean = v, running_var = v } },
  },
  decorrelated_batch_normalization = {
    { "F.decorrelated_batch_normalization: x of 2x3 has no channels that fall into 16 groups",
      F.decorrelated_batch_normalization, x },
    { WITHOUT_LAPACK, "decorrelated_batch_normalization", "1" },
  },
  fixed_decorrelated_batch_normalization = {
    { "F.fixed_decorrelated_batch_normalization: x of 2x3 has no channels that fall into 2 gr",
      F.fixed_decorrelated_batch_normalization, x, x, x, 2 },
  },
  group_normalization = {
    { "group_normalization: 3 channels do not fall into 2 groups",
      F.group_normalization, x, 2, v, v },
  },
  local_response_normalization = {
    { "local_response_normalization: 0 channels of a tensor of 2 axes, wanted 1 or mo",
      F.local_response_normalization, x, 0 },
  },
  ["Family: max poolings"] = {
    { "max_pooling: a window's size is 0, wanted 1 to 2147483647", F.max_pooling_2d, image, 0 },
    { "max_pooling: a pad is -1, wanted 0 to 2147483647", F.max_pooling_2d, image, 2, 1, -1 },
    { "max_pooling: a window of 5 does not fit axis 3, which is 4 with padding",
      F.max_pooling_2d, image, 5, 1 },
  },
  ["Family: average poolings"] = {
    { "average_pooling: a window's size is 0, wanted 1 to 2147483647",
      F.average_pooling_2d, image, 0 },
    { "F.average_pooling_2d: pad_value is 0, or false for none, not 1",
      F.average_pooling_2d, image, 2, { pad_value = 1 } },
  },
  ["Family: what undoes poolings"] = {
    { "unpooling: a window's size is 0, wanted 1 to 2147483647", F.unpooling_2d, image, 0 },
    { "unpooling: outsize 20 along axis 3 does not go with size 4 of x (window 2, str",
      F.unpooling_2d, image, 2, { outsize = 20 } },
  },
  upsampling_2d = {
    { "upsampling: a window's size is 0, wanted 1 to 2147483647",
      F.upsampling_2d, image, dg.ones({ 1, 2, 4, 4 }, "int32"), 0 },
    { "upsampling: index 99 (element 1) is not one of 1 to 49",
      F.upsampling_2d, image, dg.full({ 1, 2, 4, 4 }, 99, "int32"), 2 },
  },
  ["Family: average poolings to a given size"] = {
    { "adaptive_average_pooling: an outsize is 0, wanted 1 to 2147483647",
      F.adaptive_avg_pool2d, image, 0 },
  },
  ["Family: max poolings to a given size"] = {
    { "adaptive_max_pooling: an outsize is 0, wanted 1 to 2147483647",
      F.adaptive_max_pool2d, image, 0 },
  },
  spatial_pyramid_pooling_2d = {
    { 'F.spatial_pyramid_pooling_2d: pooling must be "max", got "mean"',
      F.spatial_pyramid_pooling_2d, image, 1, "mean" },
    { "F.spatial_pyramid_pooling_2d: wanted x with 4 axes and a pyramid_height from 1",
      F.spatial_pyramid_pooling_2d, x, 1 },
    { "F.spatial_pyramid_pooling_2d: wanted x with 4 axes and a pyramid_height from 1",
      F.spatial_pyramid_pooling_2d, image, 0 },
  },
  slstm = {
    { "F.slstm: the states are 2x3 and 3, the inputs 2x3 and 2x3, wanted batch x unit",
      F.slstm, x, v, x, x },
  },
  tree_lstm = {
    { "F.tree_lstm: wanted states and x, got 1 tensors", F.tree_lstm, x },
    { "F.tree_lstm: state 2 has shape 3, wanted 2x3 as x has 2x15",
      F.tree_lstm, x, v, dg.ones(2, 15) },
  },
  scaled_dot_product_attention = {
    { "scaled_dot_product_attention: dropout_p is 1, wanted one from 0 to below 1",
      F.scaled_dot_product_attention, x, x, x, nil, 1 },
    { "scaled_dot_product_attention: is_causal and attn_mask exclude each other",
      F.scaled_dot_product_attention, x, x, x, dg.ones(2, 2), 0, true },
  },
  ["Family: layers over sequences"] = {
    { "F.n_step_gru: 0 layers", F.n_step_gru, 0, 0, h, ws, bs, { x } },
    { "F.n_step_gru: ws must be a list of 2 lists, got 1", F.n_step_gru, 2, 0, h, ws, bs, { x } },
    { "F.n_step_gru: hx has shape 1x1x2, wanted 1 x 2 x units",
      F.n_step_gru, 1, 0, dg.zeros(1, 1, 2), ws, bs, { x } },
    { "F.n_step_gru: xs has no steps", F.n_step_gru, 1, 0, h, ws, bs, {} },
    { "F.n_step_gru: step 2 is for 2 sequences, the one before for 1",
      F.n_step_gru, 1, 0, h, ws, bs, { x[{ { 1, 1 } }], x } },
  },
  n_step_rnn = {
    { "F.n_step_rnn: 0 layers", F.n_step_rnn, 0, 0, h, ws, bs, { x } },
    { 'F.n_step_rnn: activation must be "tanh" or "relu", got "elu"',
      F.n_step_rnn, 1, 0, h, ws, bs, { x }, "elu" },
  },
  n_step_birnn = {
    { 'F.n_step_birnn: activation must be "tanh" or "relu", got "elu"',
      F.n_step_birnn, 1, 0, h, ws, bs, { x }, "elu" },
  },
  ["Family: losses of sequences"] = {
    { "F.crf1d: label 3 (element 2) is not one of 1 to 2",
      F.crf1d, flat, { flat }, { labels { 1, 3 } } },
    { "F.crf1d: 1 steps of scores and 0 of labels", F.crf1d, flat, { flat }, {} },
    { 'F.crf1d: reduce must be "mean" or "no", got "sum"',
      F.crf1d, flat, { flat }, { labels { 1, 2 } }, "sum" },
  },
  connectionist_temporal_classification = {
    { "ctc: label 4 (element 1) is not one of 1 to 3", ctc, labels { { 4 } }, 3 },
    { "ctc: input_length 9 (element 1) is not one of 0 to 1",
      ctc, labels { { 1 } }, 3, { input_length = labels { 9 } } },
    { 'F.connectionist_temporal_classification: reduce must be "mean" or "no", got "s',
      ctc, labels { { 1 } }, 3, { reduce = "sum" } },
  },
  argmax_crf1d = { { "F.argmax_crf1d: there are no steps", F.argmax_crf1d, flat, {} } },
})
