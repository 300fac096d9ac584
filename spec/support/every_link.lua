--- One of each layer for the specs: how it is made, what it takes, and the names and shapes of its
--- parameters in files.
--
--   make      a link
--   lazy      the same, which takes its sizes from the first input; nil where it cannot
--   inputs    what it is called with
--   params    "name shape" of each parameter, as it is after an input
--   persistent, state  the names of tensors that it has besides
local dg = require "dgraph"

local L = dg.links

local function labels(t) return dg.tensor(t, "int32") end
local function rows() return dg.randn(4, 3) end
local function image() return dg.randn(2, 2, 5, 6) end

--- Names of a GRU's parts.
local function gru(inputs, units)
  local list = {}
  for _, part in ipairs { "U", "U_r", "U_z", "W", "W_r", "W_z" } do
    local columns = part:find "U" and units or inputs
    list[#list + 1] = ("/%s/W %dx%d"):format(part, units, columns)
    list[#list + 1] = ("/%s/b %d"):format(part, units)
  end
  return list
end

--- Names of layers over sequences: of each layer and direction, biases and weights.
local function n_step(gates, directions)
  local list = {}
  for layer = 0, 2 * directions - 1 do
    for k = 0, 2 * gates - 1 do list[#list + 1] = ("/%d/b%d 2"):format(layer, k) end
    for k = 0, 2 * gates - 1 do
      local columns = k >= gates and 2 or layer < directions and 3 or 2 * directions
      list[#list + 1] = ("/%d/w%d 2x%d"):format(layer, k, columns)
    end
  end
  return list
end

local function sequences() return { dg.randn(3, 3), dg.randn(1, 3) } end

-- By default all of its filters are 0, and then the other layer has no gradient.
local BENT = { deform_initialW = 0.5, offset_initial_bias = 0.3 }

local every = {
  Linear = {
    make = function() return L.Linear(3, 2) end, lazy = function() return L.Linear(nil, 2) end,
    inputs = rows, params = { "/W 2x3", "/b 2" },
  },
  EmbedID = {
    make = function() return L.EmbedID(5, 2) end, inputs = function() return labels { 1, 5 } end,
    params = { "/W 5x2" },
  },
  Bilinear = {
    make = function() return L.Bilinear(3, 3, 2) end,
    inputs = function() return rows(), rows() end,
    params = { "/V1 3x2", "/V2 3x2", "/W 3x3x2", "/b 2" },
  },
  Bias = {
    make = function() return L.Bias(2, { 3 }) end, inputs = rows, params = { "/b 3" },
  },
  Scale = {
    make = function() return L.Scale(2, { 3 }, { bias_term = true }) end, inputs = rows,
    params = { "/W 3", "/bias/b 3" },
  },
  Parameter = {
    make = function() return L.Parameter(dg.ones(2, 3)) end, inputs = function() end,
    params = { "/W 2x3" },
  },
  PReLU = { make = function() return L.PReLU { 3 } end, inputs = rows, params = { "/W 3" } },
  Swish = {
    make = function() return L.Swish { 3 } end, lazy = function() return L.Swish() end,
    inputs = rows, params = { "/beta 3" },
  },
  Maxout = {
    make = function() return L.Maxout(3, 2, 4) end,
    lazy = function() return L.Maxout(nil, 2, 4) end,
    inputs = rows, params = { "/linear/W 8x3", "/linear/b 8" },
  },
  Highway = {
    make = function() return L.Highway(3) end, inputs = rows,
    params = { "/plain/W 3x3", "/plain/b 3", "/transform/W 3x3", "/transform/b 3" },
  },
  DepthwiseConvolution2D = {
    make = function() return L.DepthwiseConvolution2D(2, 3, 2) end,
    lazy = function() return L.DepthwiseConvolution2D(nil, 3, 2) end,
    inputs = image, params = { "/W 3x2x2x2", "/b 6" },
  },
  DilatedConvolution2D = {
    make = function() return L.DilatedConvolution2D(2, 3, 2, { dilate = 2 }) end,
    lazy = function() return L.DilatedConvolution2D(nil, 3, 2, { dilate = 2 }) end,
    inputs = image, params = { "/W 3x2x2x2", "/b 3" },
  },
  LocalConvolution2D = {
    make = function() return L.LocalConvolution2D(2, 3, { 5, 6 }, { 2, 3 }) end,
    lazy = function() return L.LocalConvolution2D(nil, 3, nil, { 2, 3 }) end,
    inputs = image, params = { "/W 4x4x3x2x2x3", "/b 3x4x4" },
  },
  DeformableConvolution2D = {
    make = function() return L.DeformableConvolution2D(2, 3, 2, BENT) end,
    lazy = function() return L.DeformableConvolution2D(nil, 3, 2, BENT) end,
    inputs = image, params = {
      "/deform_conv/W 3x2x2x2", "/deform_conv/b 3", "/offset_conv/W 8x2x2x2", "/offset_conv/b 8",
    },
  },
  MLPConvolution2D = {
    make = function() return L.MLPConvolution2D(2, { 3, 4 }, 3) end,
    lazy = function() return L.MLPConvolution2D(nil, { 3, 4 }, 3) end,
    inputs = image, params = { "/0/W 3x2x3x3", "/0/b 3", "/1/W 4x3x1x1", "/1/b 4" },
  },
  BatchNormalization = {
    make = function() return L.BatchNormalization(3) end,
    lazy = function() return L.BatchNormalization() end,
    inputs = rows, params = { "/beta 3", "/gamma 3" }, persistent = { "avg_mean", "avg_var" },
  },
  BatchRenormalization = {
    make = function() return L.BatchRenormalization(3) end,
    lazy = function() return L.BatchRenormalization() end,
    inputs = rows, params = { "/beta 3", "/gamma 3" }, persistent = { "avg_mean", "avg_var" },
  },
  DecorrelatedBatchNormalization = {
    make = function() return L.DecorrelatedBatchNormalization(4, 2) end,
    inputs = function() return dg.Variable(dg.randn(5, 4)) end, params = {},
    persistent = { "avg_mean", "avg_projection" },
  },
  LayerNormalization = {
    make = function() return L.LayerNormalization(3) end,
    lazy = function() return L.LayerNormalization() end,
    inputs = rows, params = { "/beta 3", "/gamma 3" },
  },
  RMSNorm = { make = function() return L.RMSNorm(3) end, inputs = rows, params = { "/weight 3" } },
  GroupNormalization = {
    make = function() return L.GroupNormalization(1, 3) end,
    lazy = function() return L.GroupNormalization(1) end,
    inputs = rows, params = { "/beta 3", "/gamma 3" },
  },
  InstanceNorm = {
    make = function() return L.InstanceNorm(2, { affine = true }) end, inputs = image,
    params = { "/bias 2", "/weight 2" },
  },
  WeightNorm = {
    make = function() return L.WeightNorm(L.Linear(3, 2)) end, inputs = rows,
    params = { "/W_g 2x1", "/W_v 2x3", "/link/b 2" },
  },
  LSTM = {
    make = function() return L.LSTM(3, 2) end, lazy = function() return L.LSTM(nil, 2) end,
    inputs = rows, params = { "/lateral/W 8x2", "/upward/W 8x3", "/upward/b 8" },
    state = { "c", "h" },
  },
  StatelessLSTM = {
    make = function() return L.StatelessLSTM(3, 2) end,
    lazy = function() return L.StatelessLSTM(nil, 2) end,
    inputs = function() return dg.randn(4, 2), dg.randn(4, 2), rows() end,
    params = { "/lateral/W 8x2", "/upward/W 8x3", "/upward/b 8" },
  },
  StatelessGRU = {
    make = function() return L.StatelessGRU(3, 2) end,
    lazy = function() return L.StatelessGRU(nil, 2) end,
    inputs = function() return dg.randn(4, 2), rows() end, params = gru(3, 2),
  },
  StatelessMGU = {
    make = function() return L.StatelessMGU(3, 2) end,
    lazy = function() return L.StatelessMGU(nil, 2) end,
    inputs = function() return dg.randn(4, 2), rows() end,
    params = { "/W_f/W 2x5", "/W_f/b 2", "/W_h/W 2x5", "/W_h/b 2" },
  },
  StatefulMGU = {
    make = function() return L.StatefulMGU(3, 2) end,
    lazy = function() return L.StatefulMGU(nil, 2) end, inputs = rows, state = { "h" },
    params = { "/W_f/W 2x5", "/W_f/b 2", "/W_h/W 2x5", "/W_h/b 2" },
  },
  StatefulPeepholeLSTM = {
    make = function() return L.StatefulPeepholeLSTM(3, 2) end,
    lazy = function() return L.StatefulPeepholeLSTM(nil, 2) end, inputs = rows,
    params = { "/lateral/W 8x2", "/peep_f/W 2x2", "/peep_i/W 2x2", "/peep_o/W 2x2",
      "/upward/W 8x3", "/upward/b 8" },
    state = { "c", "h" },
  },
  StatefulZoneoutLSTM = {
    make = function() return L.StatefulZoneoutLSTM(3, 2, 0, 0) end,
    lazy = function() return L.StatefulZoneoutLSTM(nil, 2, 0, 0) end,
    inputs = rows, params = { "/lateral/W 8x2", "/upward/W 8x3", "/upward/b 8" },
    state = { "c", "h" },
  },
  ChildSumTreeLSTM = {
    make = function() return L.ChildSumTreeLSTM(3, 2) end,
    lazy = function() return L.ChildSumTreeLSTM(nil, 2) end,
    inputs = function() return dg.randn(4, 2), dg.randn(4, 2), rows() end,
    params = { "/W_h_aio/W 6x2", "/W_h_f/W 2x2", "/W_x/W 8x3", "/W_x/b 8" },
  },
  NaryTreeLSTM = {
    make = function() return L.NaryTreeLSTM(3, 2, 1) end,
    lazy = function() return L.NaryTreeLSTM(nil, 2, 1) end,
    inputs = function() return dg.randn(4, 2), dg.randn(4, 2), rows() end,
    params = { "/W_h1/W 8x2", "/W_x/W 8x3", "/W_x/b 8" },
  },
  SimplifiedDropconnect = {
    make = function() return L.SimplifiedDropconnect(3, 2) end,
    lazy = function() return L.SimplifiedDropconnect(nil, 2) end,
    inputs = rows, params = { "/W 2x3", "/b 2" },
  },
  Inception = {
    make = function() return L.Inception(2, 1, 2, 3, 1, 2, 1) end,
    lazy = function() return L.Inception(nil, 1, 2, 3, 1, 2, 1) end, inputs = image,
    params = { "/conv1/W 1x2x1x1", "/conv1/b 1", "/conv3/W 3x2x3x3", "/conv3/b 3",
      "/conv5/W 2x1x5x5", "/conv5/b 2", "/proj3/W 2x2x1x1", "/proj3/b 2", "/proj5/W 1x2x1x1",
      "/proj5/b 1", "/projp/W 1x2x1x1", "/projp/b 1" },
  },
  InceptionBN = {
    make = function() return L.InceptionBN(2, 1, 2, 3, 1, 2, "avg", 1) end,
    lazy = function() return L.InceptionBN(nil, 1, 2, 3, 1, 2, "avg", 1) end, inputs = image,
    params = { "/conv1/W 1x2x1x1", "/conv1n/beta 1", "/conv1n/gamma 1", "/conv3/W 3x2x3x3",
      "/conv33a/W 2x1x3x3", "/conv33an/beta 2", "/conv33an/gamma 2", "/conv33b/W 2x2x3x3",
      "/conv33bn/beta 2", "/conv33bn/gamma 2", "/conv3n/beta 3", "/conv3n/gamma 3",
      "/poolp/W 1x2x1x1", "/poolpn/beta 1", "/poolpn/gamma 1", "/proj3/W 2x2x1x1",
      "/proj33/W 1x2x1x1", "/proj33n/beta 1", "/proj33n/gamma 1", "/proj3n/beta 2",
      "/proj3n/gamma 2" },
  },
  MultiHeadAttention = {
    make = function() return L.MultiHeadAttention(6, 3) end,
    inputs = function() return dg.randn(2, 4, 6), dg.randn(2, 3, 6), dg.randn(2, 3, 6) end,
    params = { "/in_proj/W 18x6", "/in_proj/b 18", "/out_proj/W 6x6", "/out_proj/b 6" },
  },
  CRF1d = {
    make = function() return L.CRF1d(3) end, params = { "/cost 3x3" },
    inputs = function()
      return { dg.randn(2, 3), dg.randn(1, 3) }, { labels { 1, 2 }, labels { 3 } }
    end,
  },
  NegativeSampling = {
    make = function() return L.NegativeSampling(3, { 3, 1, 2 }, 2) end, params = { "/W 3x3" },
    inputs = function() return rows(), labels { 1, 2, 3, 1 } end,
  },
  BlackOut = {
    make = function() return L.BlackOut(3, { 3, 1, 2 }, 2) end, params = { "/W 3x3" },
    inputs = function() return rows(), labels { 1, 2, 3, 1 } end,
  },
  BinaryHierarchicalSoftmax = {
    make = function() return L.BinaryHierarchicalSoftmax(3, { { 1, 2 }, { 3, 4 } }) end,
    inputs = function() return rows(), labels { 1, 2, 3, 4 } end, params = { "/W 3x3" },
  },
  Classifier = {
    make = function() return L.Classifier(L.Linear(3, 2)) end,
    lazy = function() return L.Classifier(L.Linear(2)) end,
    inputs = function() return rows(), labels { 1, 2, 1, 2 } end,
    params = { "/predictor/W 2x3", "/predictor/b 2" },
  },
}

every.Embedding = every.EmbedID
for _, name in ipairs { "GRU", "StatefulGRU" } do
  every[name] = {
    make = function() return L[name](3, 2) end, lazy = function() return L[name](nil, 2) end,
    inputs = rows, params = gru(3, 2), state = { "h" },
  }
end

for axes = 1, 3 do
  local shape = { 2, 2, 5, axes > 1 and 4 or nil, axes > 2 and 3 or nil }
  local window = ("x2"):rep(axes)
  for _, kind in ipairs { "Convolution", "Deconvolution" } do
    local name = ("%s%dD"):format(kind, axes)
    local case = {
      make = function() return L[name](2, 3, 2) end,
      lazy = function() return L[name](nil, 3, 2) end,
      inputs = function() return dg.randn(shape) end,
      params = { (kind == "Convolution" and "/W 3x2" or "/W 2x3") .. window, "/b 3" },
    }
    every[name] = case
    if axes == 2 then
      every[kind .. "ND"] = setmetatable({
        make = function() return L[kind .. "ND"](2, 2, 3, 2) end,
        lazy = function() return L[kind .. "ND"](2, nil, 3, 2) end,
      }, { __index = case })
    end
  end
end

for name, facts in pairs {
  NStepLSTM = { 4, 1 }, NStepBiLSTM = { 4, 2 }, NStepGRU = { 3, 1 }, NStepBiGRU = { 3, 2 },
  NStepRNNTanh = { 1, 1 }, NStepBiRNNTanh = { 1, 2 }, NStepRNNReLU = { 1, 1 },
  NStepBiRNNReLU = { 1, 2 },
} do
  every[name] = {
    make = function() return L[name](2, 3, 2, 0) end, params = n_step(unpack(facts)),
    inputs = function()
      if facts[1] == 4 then return nil, nil, sequences() end
      return nil, sequences()
    end,
  }
end

--- The parts of a transformer's layer of 4 numbers and 3 hidden ones.
local function transformer(norms, ...)
  local list = {
    "/linear1/W 3x4", "/linear1/b 3", "/linear2/W 4x3", "/linear2/b 4",
  }
  for i = 1, norms do
    list[#list + 1] = ("/norm%d/beta 4"):format(i)
    list[#list + 1] = ("/norm%d/gamma 4"):format(i)
  end
  for _, part in ipairs { ... } do
    for _, name in ipairs { "in_proj/W 12x4", "in_proj/b 12", "out_proj/W 4x4", "out_proj/b 4" } do
      list[#list + 1] = ("/%s/%s"):format(part, name)
    end
  end
  table.sort(list)
  return list
end

every.TransformerEncoderLayer = {
  make = function() return L.TransformerEncoderLayer(4, 2, 3, 0) end,
  inputs = function() return dg.randn(2, 3, 4) end, params = transformer(2, "self_attn"),
}
every.TransformerDecoderLayer = {
  make = function() return L.TransformerDecoderLayer(4, 2, 3, 0) end,
  inputs = function() return dg.randn(2, 3, 4), dg.randn(2, 2, 4) end,
  params = transformer(3, "multihead_attn", "self_attn"),
}

return every
