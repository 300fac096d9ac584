--- A layer of a transformer: attention of a sequence to itself, then two dense layers.
--- Source: PyTorch; Vaswani et al., arXiv:1706.03762.
local Chain = require "dgraph.chain"
local F = require "dgraph.functions"
local LayerNormalization = require "dgraph.links.layer_normalization"
local MultiHeadAttention = require "dgraph.links.multi_head_attention"
local transformer = require "dgraph.links.transformer"

--- Named and initialized as in PyTorch; the batch comes first.
---@class dgraph.TransformerEncoderLayer: dgraph.Chain
---@field self_attn dgraph.MultiHeadAttention
---@field linear1 dgraph.Linear
---@field linear2 dgraph.Linear
---@field norm1 dgraph.LayerNormalization
---@field norm2 dgraph.LayerNormalization
---@overload fun(d_model: integer, nhead: integer, ...): dgraph.TransformerEncoderLayer
local TransformerEncoderLayer = Chain:extend("TransformerEncoderLayer")

---@param d_model integer  the size of inputs and results
---@param nhead integer
---@param ... any  dim_feedforward = 2048, dropout = 0.1, activation = "relu" ("gelu", or a
---  function), layer_norm_eps = 1e-5, norm_first = false, bias = true
function TransformerEncoderLayer:init(d_model, nhead, ...)
  local opts = transformer.options(self._name, d_model, nhead, ...)
  self.dropout, self.activation, self.norm_first = opts.dropout, opts.activation, opts.norm_first
  self.self_attn = MultiHeadAttention(d_model, nhead, opts.dropout, opts.bias)
  self.linear1 = transformer.dense(d_model, opts.dim_feedforward, opts.bias)
  self.linear2 = transformer.dense(opts.dim_feedforward, d_model, opts.bias)
  self.norm1 = LayerNormalization(d_model, opts.layer_norm_eps)
  self.norm2 = LayerNormalization(d_model, opts.layer_norm_eps)
end

---@param src dgraph.Tensor  batch x steps x d_model
---@param src_mask? dgraph.Tensor  steps x steps: bools, true where a step does not see another, or
---  numbers to be added to the scores
---@param src_key_padding_mask? dgraph.Tensor  batch x steps: true for steps that nobody sees
---@param is_causal? boolean  no step sees later ones
---@return dgraph.Tensor  batch x steps x d_model
function TransformerEncoderLayer:forward(src, src_mask, src_key_padding_mask, is_causal)
  local x = transformer.residual(self, src, self.norm1, function(h)
    return F.dropout(self.self_attn(h, h, h, src_key_padding_mask, src_mask, is_causal),
      self.dropout)
  end)
  x = transformer.residual(self, x, self.norm2, function(h)
    return transformer.feed_forward(self, h)
  end)
  return x
end

function TransformerEncoderLayer:printable_specs()
  return { { "dropout", self.dropout }, { "norm_first", self.norm_first } }
end

return TransformerEncoderLayer
