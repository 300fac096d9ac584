--- The layers that come with dgraph; each file is read when its layer is first used.
local FILES = {
  Linear = "linear",
  Bilinear = "bilinear",
  EmbedID = "embed_id",
  CRF1d = "crf1d",
  NegativeSampling = "negative_sampling",
  BinaryHierarchicalSoftmax = "binary_hierarchical_softmax",
  Convolution1D = "convolution_1d",
  Convolution2D = "convolution_2d",
  Convolution3D = "convolution_3d",
  ConvolutionND = "convolution_nd",
  Deconvolution1D = "deconvolution_1d",
  Deconvolution2D = "deconvolution_2d",
  Deconvolution3D = "deconvolution_3d",
  DeconvolutionND = "deconvolution_nd",
  DepthwiseConvolution2D = "depthwise_convolution_2d",
  DilatedConvolution2D = "dilated_convolution_2d",
  MLPConvolution2D = "mlp_convolution_2d",
  Classifier = "classifier",
  Embedding = "embed_id",
  LSTM = "lstm",
  StatelessLSTM = "stateless_lstm",
  GRU = "gru",
  StatefulGRU = "stateful_gru",
  StatelessGRU = "stateless_gru",
  NStepLSTM = "n_step_lstm",
  NStepBiLSTM = "n_step_bilstm",
  NStepGRU = "n_step_gru",
  NStepBiGRU = "n_step_bigru",
  NStepRNNTanh = "n_step_rnn_tanh",
  NStepBiRNNTanh = "n_step_birnn_tanh",
  NStepRNNReLU = "n_step_rnn_relu",
  NStepBiRNNReLU = "n_step_birnn_relu",
  MultiHeadAttention = "multi_head_attention",
  TransformerEncoderLayer = "transformer_encoder_layer",
  TransformerDecoderLayer = "transformer_decoder_layer",
  PReLU = "prelu",
  Swish = "swish",
  Maxout = "maxout",
  Bias = "bias",
  Scale = "scale",
  Parameter = "parameter",
  BatchNormalization = "batch_normalization",
  LayerNormalization = "layer_normalization",
  GroupNormalization = "group_normalization",
  InstanceNorm = "instance_norm",
  RMSNorm = "rms_norm",
  WeightNorm = "weight_norm",
  Highway = "highway",
  VGG16Layers = "vgg16_layers",
  VGG19Layers = "vgg19_layers",
  ResNet50Layers = "resnet50_layers",
  ResNet101Layers = "resnet101_layers",
  ResNet152Layers = "resnet152_layers",
}

---@class dgraph.links
---@field Linear dgraph.Linear
---@field Bilinear dgraph.Bilinear
---@field EmbedID dgraph.EmbedID
---@field CRF1d dgraph.CRF1d
---@field NegativeSampling dgraph.NegativeSampling
---@field BinaryHierarchicalSoftmax dgraph.BinaryHierarchicalSoftmax
---@field Convolution1D dgraph.Convolution1D
---@field Convolution2D dgraph.Convolution2D
---@field Convolution3D dgraph.Convolution3D
---@field ConvolutionND dgraph.ConvolutionND
---@field Deconvolution1D dgraph.Deconvolution1D
---@field Deconvolution2D dgraph.Deconvolution2D
---@field Deconvolution3D dgraph.Deconvolution3D
---@field DeconvolutionND dgraph.DeconvolutionND
---@field DepthwiseConvolution2D dgraph.DepthwiseConvolution2D
---@field DilatedConvolution2D dgraph.DilatedConvolution2D
---@field MLPConvolution2D dgraph.MLPConvolution2D
---@field Classifier dgraph.Classifier
---@field Embedding dgraph.EmbedID
---@field LSTM dgraph.LSTM
---@field StatelessLSTM dgraph.StatelessLSTM
---@field GRU dgraph.GRU
---@field StatefulGRU dgraph.StatefulGRU
---@field StatelessGRU dgraph.StatelessGRU
---@field NStepLSTM dgraph.NStepLSTM
---@field NStepBiLSTM dgraph.NStepBiLSTM
---@field NStepGRU dgraph.NStepGRU
---@field NStepBiGRU dgraph.NStepBiGRU
---@field NStepRNNTanh dgraph.NStepRNNTanh
---@field NStepBiRNNTanh dgraph.NStepBiRNNTanh
---@field NStepRNNReLU dgraph.NStepRNNReLU
---@field NStepBiRNNReLU dgraph.NStepBiRNNReLU
---@field MultiHeadAttention dgraph.MultiHeadAttention
---@field TransformerEncoderLayer dgraph.TransformerEncoderLayer
---@field TransformerDecoderLayer dgraph.TransformerDecoderLayer
---@field PReLU dgraph.PReLU
---@field Swish dgraph.Swish
---@field Maxout dgraph.Maxout
---@field Bias dgraph.Bias
---@field Scale dgraph.Scale
---@field Parameter dgraph.ParameterLink
---@field BatchNormalization dgraph.BatchNormalization
---@field LayerNormalization dgraph.LayerNormalization
---@field GroupNormalization dgraph.GroupNormalization
---@field InstanceNorm dgraph.InstanceNorm
---@field RMSNorm dgraph.RMSNorm
---@field WeightNorm dgraph.WeightNorm
---@field Highway dgraph.Highway
---@field VGG16Layers dgraph.VGG16Layers
---@field VGG19Layers dgraph.VGG19Layers
---@field ResNet50Layers dgraph.ResNet50Layers
---@field ResNet101Layers dgraph.ResNet101Layers
---@field ResNet152Layers dgraph.ResNet152Layers
local links = {}

return setmetatable(links, {
  __index = function(_, name)
    local file = FILES[name]
    if not file then return nil end
    local link = require("dgraph.links." .. file)
    rawset(links, name, link)
    return link
  end,
})
