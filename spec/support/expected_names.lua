--- The names that users of Chainer, and of what came after it, expect: names_spec.lua looks for
--- each of them, and for a spec of its own.
local function words(text)
  local list = {}
  for word in text:gmatch "%S+" do list[#list + 1] = word end
  return list
end

return {
  functions = words [[
    relu leaky_relu sigmoid tanh softmax log_softmax softplus elu clipped_relu relu6 selu
    swish hard_sigmoid prelu crelu maxout rrelu gelu silu mish hardtanh logsigmoid

    broadcast broadcast_to cast concat copy expand_dims flatten get_item reshape select_item
    separate split_axis squeeze stack swapaxes tile transpose where dstack hstack vstack flip
    fliplr flipud moveaxis rollaxis pad pad_sequence permutate repeat scatter_add diagonal
    im2col depth2space space2depth resize_images transpose_sequence as_strided gather
    take_along_axis scatter index_add masked_fill one_hot topk sort argsort pixel_shuffle
    unfold fold

    linear embed_id convolution_2d convolution_1d convolution_3d convolution_nd
    deconvolution_1d deconvolution_2d deconvolution_3d deconvolution_nd bilinear
    depthwise_convolution_2d dilated_convolution_2d embedding_bag scaled_dot_product_attention
    shift local_convolution_2d deformable_convolution_2d_sampler spatial_transformer_grid
    spatial_transformer_sampler

    accuracy binary_accuracy precision recall f1_score classification_summary r2_score

    mean_squared_error mean_absolute_error softmax_cross_entropy sigmoid_cross_entropy
    huber_loss hinge squared_error absolute_error squared_difference contrastive triplet
    cross_covariance decov
    connectionist_temporal_classification crf1d argmax_crf1d negative_sampling
    gaussian_kl_divergence gaussian_nll bernoulli_nll nll_loss
    binary_cross_entropy_with_logits kl_div cosine_similarity smooth_l1_loss
    sigmoid_focal_loss black_out discriminative_margin_based_clustering_loss

    absolute add average mean clip exp log sqrt rsqrt square sum sum_to max min argmax argmin
    maximum minimum matmul batch_matmul sin cos identity logsumexp prod sign expm1 log1p log2
    log10 floor ceil fix fmod tan arcsin arccos arctan arctan2 sinh cosh arctanh cumsum
    cumprod einsum tensordot bias scale batch_l2_norm_squared linear_interpolate erf inv
    batch_inv det batch_det cholesky digamma lgamma polygamma zeta erfc erfcinv erfcx erfinv
    ndtr ndtri log_ndtr sub mul div pow neg floordiv var std cummax round isnan arcsinh
    arccosh solve svd eigh qr fft ifft
    sparse_matmul

    dropout gaussian gumbel_softmax simplified_dropconnect

    batch_normalization fixed_batch_normalization layer_normalization group_normalization
    normalize local_response_normalization instance_norm rms_norm weight_norm
    batch_renormalization fixed_batch_renormalization decorrelated_batch_normalization
    fixed_decorrelated_batch_normalization

    max_pooling_2d average_pooling_2d max_pooling_1d max_pooling_3d max_pooling_nd
    average_pooling_1d average_pooling_3d average_pooling_nd unpooling_1d unpooling_2d
    unpooling_3d unpooling_nd upsampling_2d spatial_pyramid_pooling_2d adaptive_avg_pool2d
    adaptive_max_pool2d roi_pooling_2d roi_average_pooling_2d roi_max_pooling_2d
    roi_average_align_2d roi_max_align_2d

    lstm slstm tree_lstm n_step_lstm n_step_bilstm n_step_gru n_step_bigru n_step_rnn
    n_step_birnn

    forget
  ]],

  links = words [[
    PReLU Swish Maxout Linear EmbedID Embedding Convolution2D Bias Scale Parameter
    Convolution1D Convolution3D ConvolutionND Deconvolution1D Deconvolution2D Deconvolution3D
    DeconvolutionND DepthwiseConvolution2D DilatedConvolution2D Bilinear Highway
    MLPConvolution2D BatchNormalization LayerNormalization GroupNormalization WeightNorm LSTM
    StatelessLSTM GRU StatefulGRU StatelessGRU NStepLSTM NStepBiLSTM NStepGRU NStepBiGRU
    NStepRNNTanh NStepBiRNNTanh NStepRNNReLU NStepBiRNNReLU MultiHeadAttention
    TransformerEncoderLayer TransformerDecoderLayer CRF1d NegativeSampling BlackOut
    BinaryHierarchicalSoftmax Classifier VGG16Layers ResNet50Layers StatelessMGU StatefulMGU
    StatefulPeepholeLSTM StatefulZoneoutLSTM ChildSumTreeLSTM NaryTreeLSTM Inception
    LocalConvolution2D DeformableConvolution2D
    BatchRenormalization DecorrelatedBatchNormalization
    SimplifiedDropconnect InceptionBN GoogLeNet
  ]],

  initializers = words [[
    Constant Zero One NaN Normal Uniform LeCunNormal LeCunUniform GlorotNormal GlorotUniform
    HeNormal HeUniform Orthogonal Identity UpsamplingDeconvFilter DownsamplingConvFilter
  ]],
}
