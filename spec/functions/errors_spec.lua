--- What the lines "Errors:" of the doc comments say, provoked: for each clause of such a line (they
--- end with semicolons) a call, and how its error begins. A family's line is tried with one of its
--- functions; those that say "none" are looked after by c/tools/contract.lua.
local contract = dofile "c/tools/contract.lua"
local dg = require "dgraph"

local F = dg.F

local function places(t) return dg.tensor(t, "int64") end
local function labels(t) return dg.tensor(t, "int32") end
local function drawn(shape) return dg.ones(shape, "int32") end

local x, v, one, none = dg.ones(2, 3), dg.ones(3), dg.ones {}, dg.zeros(0)
local flat, cube = dg.zeros(2, 2), dg.ones(2, 2, 2)
local pixels = labels { { { 1 } } }
local image, kernel, region = dg.ones(1, 2, 4, 4), dg.ones(1, 2, 2, 2), dg.ones(1, 4)

--- The state, weights and biases of one layer over sequences.
local h, ws, bs = dg.zeros(1, 2, 2), { {} }, { {} }
for k = 1, 6 do ws[1][k], bs[1][k] = dg.ones(2, k <= 3 and 3 or 2), dg.ones(2) end

local function ctc(t, blank, options)
  return F.connectionist_temporal_classification({ v:reshape(1, 3) }, t, blank, options)
end

local function twice()
  F.forget(F.exp, dg.Variable { 1 }):backward { enable_double_backprop = true }
end

local function overwritten()
  local leaf = dg.Variable { 1 }
  local y = F.forget(F.exp, leaf)
  leaf.data = dg.zeros(1)
  y:backward()
end

local WITHOUT_LAPACK = "needs OpenBLAS for its LAPACK, got built-in"

--- By the name of the function, or of the family: the error and the call, for each clause.
local PROVOKED = {
  softplus = { { "softplus: beta is 0", F.softplus, x, 0 } },
  softmax = { { "softmax: axis 2 is out of range for 1 axes", F.softmax, v } },
  log_softmax = { { "log_softmax: axis 2 is out of range for 1 axes", F.log_softmax, v } },
  clipped_relu = {
    { "clipped_relu: the lower end 0 is not below the upper end 0", F.clipped_relu, x, 0 },
  },
  hardtanh = {
    { "hardtanh: the lower end 1 is not below the upper end 1", F.hardtanh, x, 1, 1 },
  },
  gelu = { { 'F.gelu: approximate must be "none" or "tanh", got "erf"', F.gelu, x, "erf" } },
  maxout = {
    { "F.maxout: axis 2 has size 3, no multiple of the pool's size 2", F.maxout, x, 2 },
  },
  rrelu = {
    { "F.rrelu: wanted 0 <= l < u < 1, got l = 0.5, u = 0.5", F.rrelu, x, 0.5, 0.5 },
    { "rrelu: shapes 2x3 and 3 differ", F.rrelu, x, { r = v } },
  },
  moveaxis = { { "F.moveaxis: 2 sources and 1 destinations", F.moveaxis, x, { 1, 2 }, { 1 } } },
  roll = { { "F.roll: 2 shifts for 1 axes", F.roll, x, { 1, 2 }, { 1 } } },
  ["Family: tensors side by side"] = { { "concat: no tensors given", F.hstack, {} } },
  meshgrid = { { 'F.meshgrid: indexing is "xy" or "ij", not "yx"', F.meshgrid, { v }, "yx" } },
  trace = { { "diagonal: axis 1 is given twice", F.trace, x, 0, 1, 1 } },
  diag = { { "F.diag: wanted a vector or a matrix, got 3 axes", F.diag, cube } },
  as_strided = {
    { "F.as_strided: wanted one stride for each of 1 axes", F.as_strided, x, { 2 }, { 1, 1 } },
    { "as_strided: shape, strides and offset reach beyond the input's memory",
      F.as_strided, x, { 7 }, { 1 } },
    { "as_strided: elements of the input share memory (copy it first)",
      F.as_strided, F.broadcast_to(v, { 2, 3 }), { 2 }, { 1 } },
  },
  pad_sequence = {
    { "stack: no tensors given", F.pad_sequence, {} },
    { "F.pad_sequence: xs[1] has no axes", F.pad_sequence, { one } },
    { "F.pad_sequence: length is 2, a sequence has 3", F.pad_sequence, { v }, 2 },
  },
  transpose_sequence = {
    { "F.transpose_sequence: xs[1] has no axes", F.transpose_sequence, { one } },
    { "F.transpose_sequence: the longest comes first, but lengths 1 and 2 are 1 and 3",
      F.transpose_sequence, { v[{ { 1, 1 } }], v } },
  },
  permutate = {
    { "F.permutate: index 2 is 1, wanted each of 1 to 3 once", F.permutate, v, { 1, 1, 2 } },
  },
  reshape = {
    { "reshape: shape 2x3 has 6 elements, 4 has 4", F.reshape, x, { 4 } },
    { "reshape: axis 2 has a negative size", F.reshape, x, { -1, -1 } },
  },
  broadcast_to = {
    { "broadcast_to: shape 2x3 does not broadcast to 2x2", F.broadcast_to, x, { 2, 2 } },
  },
  transpose = { { "transpose: axis 1 is given twice", F.transpose, x, { 1, 1 } } },
  squeeze = { { "squeeze: axis 1 has size 2, wanted 1", F.squeeze, x, 1 } },
  ["Family: elements by position"] = {
    { "take: index 3 is out of range for axis 1: wanted 1 to 2, or -2 to -1",
      F.take, x, places { 3 } },
  },
  get_item = {
    { "index: index 3 is out of range for axis 1 of size 2", F.get_item, x, 3 },
    { "index: more than 2 indices for a tensor of 2 axes", F.get_item, x, { 1, 1, 1 } },
    { "index: positions count from 1 (or -1 from the end), got 0",
      F.get_item, x, { { 1, 2, 0 } } },
    { "mask_select: a mask of shape 3 for a tensor of shape 2x3",
      F.get_item, x, dg.ones({ 3 }, "bool") },
  },
  concat = { { "concat: no tensors given", F.concat, {} } },
  stack = { { "stack: no tensors given", F.stack, {} } },
  split = {
    { "split: axis 2 of size 3 does not divide into 2 equal parts", F.split, x, 2, 2 },
    { "split: the sizes of 2 parts do not add up to the 3 of axis 2", F.split, x, { 1, 1 }, 2 },
  },
  split_axis = {
    { "split: axis 2 of size 3 does not divide into 2 equal parts", F.split_axis, x, 2, 2 },
    { "F.split_axis: position 2 is 2; it must rise and be at most 4",
      F.split_axis, x, { 3, 2 }, 2 },
  },
  select_item = {
    { "select_item: label 4 (element 2) is not one of 1 to 3",
      F.select_item, x, labels { 1, 4 } },
  },
  diagonal = { { "diagonal: axis 1 is given twice", F.diagonal, x, 0, 1, 1 } },
  pad = {
    { 'F.pad: the only mode is "constant"', F.pad, x, 1, "edge" },
    { "pad: axis 1 cannot grow by -1 and -1", F.pad, x, -1 },
    { "F.pad: widths for 1 axes, x has 2", F.pad, x, { { 1, 1 } } },
  },
  repeat_ = {
    { "F.repeat_: 2 repeats for 3 places", F.repeat_, v, { 1, 2 }, 1 },
    { "repeat: axis 1 cannot be had -1 times", F.repeat_, v, -1 },
  },
  tile = { { "F.tile: size 1 is -1", F.tile, v, -1 } },
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
  ["Family: elements by tensors of positions"] = {
    { "gather: index 3 is out of range for axis 1: wanted 1 to 2, or -2 to -1",
      F.gather, x, 1, places { { 3 } } },
  },
  scatter_add = {
    { "index: index 3 is out of range for axis 1 of size 2", F.scatter_add, x, 3, v },
  },
  index_add = {
    { "F.index_add: wanted an index of one axis, got 2", F.index_add, x, 1, places { { 1 } }, x },
    { "scatter_add: index 3 is out of range for axis 1: wanted 1 to 2, or -2 to -1",
      F.index_add, x, 1, places { 3 }, dg.ones(1, 3) },
  },
  masked_fill = {
    { "F.masked_fill: the value has 1 axes, wanted one number", F.masked_fill, x, x:gt(0), v },
  },
  one_hot = {
    { "scatter: index 4 is out of range for axis 2: wanted 1 to 3, or -3 to -1",
      F.one_hot, labels { 4 }, 3 },
    { "F.one_hot: without labels num_classes is wanted", F.one_hot, dg.zeros({ 0 }, "int32") },
  },
  topk = { { "F.topk: k is 4, axis -1 has size 3", F.topk, x, 4 } },
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
  ["Family: Fourier transforms"] = {
    { "F.fft: wanted a real and an imaginary part, got 1 tensors", F.fft, { x } },
    { "F.ifft: there is nothing to transform along the last axis", F.ifft, { none, none } },
  },
  inv = {
    { "inv: the matrix is singular", F.inv, flat },
    { WITHOUT_LAPACK, "inv" },
  },
  batch_inv = {
    { "inv: matrix 1 of the stack is singular", F.batch_inv, dg.zeros(1, 2, 2) },
    { WITHOUT_LAPACK, "inv" },
  },
  solve = {
    { "solve: the matrix is singular", F.solve, flat, flat },
    { WITHOUT_LAPACK, "solve" },
  },
  cholesky = {
    { "cholesky: the matrix is not positive definite", F.cholesky, -flat },
    { WITHOUT_LAPACK, "cholesky" },
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
  ["Family: division and powers"] = {
    { "floordiv: division of int64 by zero", F.floordiv, places { 1 }, 0 },
  },
  ["Family: arithmetic"] = {
    { "mul: the tensor is int64, the number 0.5 is not whole (cast the tensor)",
      F.mul, places { 1 }, 0.5 },
  },
  add = {
    { "add: the tensor is int64, the number 0.5 is not whole (cast the tensor)",
      F.add, places { 1 }, 0.5 },
  },
  clip = { { "clip: the minimum 1 is above the maximum 0", F.clip, x, 1, 0 } },
  sum_to = { { "sum_to: axis 2 has size 3, which cannot become 2", F.sum_to, x, { 2, 2 } } },
  max = { { "max: an empty axis has no maximum", F.max, none } },
  min = { { "min: an empty axis has no minimum", F.min, none } },
  argmax = { { "argmax: an empty axis has no maximum", F.argmax, none } },
  argmin = { { "argmin: an empty axis has no minimum", F.argmin, none } },
  average = {
    { "broadcast_to: shape 4x1 does not broadcast to 2x3", F.average, x, 1, dg.ones(4) },
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
  einsum = {
    { 'F.einsum: "i1" is no list of letters with at most one "..." (in "i1")',
      F.einsum, "i1", x },
    { "F.einsum: 1 operands for 2 terms", F.einsum, "ij,jk", x },
    { "F.einsum: index i has sizes 2 and 3", F.einsum, "ij,ij", x, F.transpose(x) },
  },
  tensordot = {
    { "F.tensordot: 2 axes of a, 1 of b", F.tensordot, x, x, { { 1, 2 }, { 1 } } },
    { "F.tensordot: axis 1 is given twice", F.tensordot, x, x, { { 1, 1 }, { 1, 1 } } },
  },
  batch_matmul = {
    { "F.batch_matmul: wanted a batch of matrices or vectors, got 1 and 2 axes",
      F.batch_matmul, v, x },
  },
  sparse_matmul = {
    { "F.sparse_matmul: wanted a CooMatrix and a tensor, got a tensor and a tensor",
      F.sparse_matmul, x, x },
  },
  bilinear = {
    { "F.bilinear: V1, V2 and b come together or not at all",
      F.bilinear, x, x, dg.ones(3, 3, 2), dg.ones(3, 2) },
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
  ["Family: functions about functions"] = {
    { "F.forget: the first argument must be a function, got 5", F.forget, 5, x },
    { "F.forget: what it forgot cannot be differentiated twice", twice },
    { "F.forget: argument 1 was overwritten before backward", overwritten },
  },
  ["Family: matrices"] = { { WITHOUT_LAPACK, "det" } },
}

--- The names and the clauses of all lines "Errors:" of a file but those that say "none".
local function read_errors(path, found)
  local block = {}
  for line in io.lines(path) do
    local comment = line:match "^%s*%-%-%- ?(.*)$"
    if not comment then
      local _, fields = contract.split(table.concat(block, "\n"))
      local name = fields.Family and "Family: " .. fields.Family
        or line:match "declare%(?%s*\"([%w_]+)" or line:match "function F%.([%w_]+)"
      if fields.Errors and fields.Errors ~= "none." then
        local clauses = {}
        for clause in fields.Errors:gsub("%.$", ""):gmatch "[^;]+" do
          clauses[#clauses + 1] = (clause:gsub("^ ", ""))
        end
        found[#found + 1] = { name = name, clauses = clauses }
      end
      block = {}
    elseif not comment:find "^@" then
      block[#block + 1] = comment
    end
  end
end

--- What a call raises where OpenBLAS is not taken.
local function without_lapack(name, second)
  local code = ("print(select(2, pcall(dg.F.NAME, dg.ones(2, 2), %s)))"):format(
    second or "dg.ones(2, 2)")
  local pipe = assert(io.popen("DGRAPH_BLAS=none LUA_PATH='lua/?.lua;lua/?/init.lua;;' luajit -e '"
    .. "dg = require \"dgraph\" " .. code:gsub("NAME", name) .. "' 2>&1"))
  local message = pipe:read "*a"
  pipe:close()
  return message
end

local function provoke(entry)
  if entry[1] == WITHOUT_LAPACK then return without_lapack(entry[2], entry[3]) end
  local ok, message = pcall(entry[2], unpack(entry, 3, table.maxn(entry)))
  assert.is_false(ok)
  return message
end

describe("the errors that the reference tells of", function()
  local lines = {}
  local list = assert(io.popen "ls lua/dgraph/functions/*.lua")
  for path in list:lines() do
    if not path:find "meta" then read_errors(path, lines) end
  end
  list:close()

  it("are all tried here, and no others", function()
    local known = {}
    for _, line in ipairs(lines) do
      local count = PROVOKED[line.name] and #PROVOKED[line.name] or 0
      assert.equal(#line.clauses, count, line.name .. ": " .. table.concat(line.clauses, "; "))
      known[line.name] = true
    end
    for name in pairs(PROVOKED) do assert.is_true(known[name], name) end
  end)

  for _, line in ipairs(lines) do
    for i, clause in ipairs(line.clauses) do
      it(("are raised: %s: %s"):format(line.name, clause), function()
        local entry = PROVOKED[line.name][i]
        local message = provoke(entry)
        assert.is_truthy(message:find(entry[1], 1, true), message)
      end)
    end
  end
end)
