--- A layer of a transformer that decodes: attention of a sequence to itself, then to another one,
--- then two dense layers.
--- Source: PyTorch; Vaswani et al., arXiv:1706.03762.
local Chain = require "dgraph.chain"
local F = require "dgraph.functions"
local LayerNormalization = require "dgraph.links.layer_normalization"
local MultiHeadAttention = require "dgraph.links.multi_head_attention"
local arguments = require "dgraph.links.arguments"
local transformer = require "dgraph.links.transformer"

--- Named and initialized as in PyTorch; the batch comes first.
---@class dgraph.TransformerDecoderLayer: dgraph.Chain
---@field self_attn dgraph.MultiHeadAttention
---@field multihead_attn dgraph.MultiHeadAttention  to the memory
---@field linear1 dgraph.Linear
---@field linear2 dgraph.Linear
---@field norm1 dgraph.LayerNormalization
---@field norm2 dgraph.LayerNormalization
---@field norm3 dgraph.LayerNormalization
---@overload fun(d_model: integer, nhead: integer, ...): dgraph.TransformerDecoderLayer
local TransformerDecoderLayer = Chain:extend("TransformerDecoderLayer")

---@param d_model integer  the size of inputs and results
---@param nhead integer
---@param ... any  dim_feedforward = 2048, dropout = 0.1, activation = "relu" ("gelu", or a
---  function), layer_norm_eps = 1e-5, norm_first = false, bias = true
function TransformerDecoderLayer:init(d_model, nhead, ...)
  local opts = transformer.options(self._name, d_model, nhead, ...)
  self.dropout, self.activation, self.norm_first = opts.dropout, opts.activation, opts.norm_first
  self.self_attn = MultiHeadAttention(d_model, nhead, opts.dropout, opts.bias)
  self.multihead_attn = MultiHeadAttention(d_model, nhead, opts.dropout, opts.bias)
  self.linear1 = transformer.dense(d_model, opts.dim_feedforward, opts.bias)
  self.linear2 = transformer.dense(opts.dim_feedforward, d_model, opts.bias)
  for i = 1, 3 do self["norm" .. i] = LayerNormalization(d_model, opts.layer_norm_eps) end
end

local MASKS = {
  "tgt_mask", "memory_mask", "tgt_key_padding_mask", "memory_key_padding_mask", "tgt_is_causal",
  "memory_is_causal",
}

---@param tgt dgraph.Tensor  batch x steps x d_model
---@param memory dgraph.Tensor  batch x others x d_model: what the encoder made
---@param ... any  tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask,
---  tgt_is_causal, memory_is_causal; masks as those of MultiHeadAttention
---@return dgraph.Tensor  batch x steps x d_model
function TransformerDecoderLayer:forward(tgt, memory, ...)
  local opts = arguments.read(self._name, MASKS, ...)
  local x = transformer.residual(self, tgt, self.norm1, function(h)
    return F.dropout(self.self_attn(h, h, h, opts.tgt_key_padding_mask, opts.tgt_mask,
      opts.tgt_is_causal), self.dropout)
  end)
  x = transformer.residual(self, x, self.norm2, function(h)
    return F.dropout(self.multihead_attn(h, memory, memory, opts.memory_key_padding_mask,
      opts.memory_mask, opts.memory_is_causal), self.dropout)
  end)
  x = transformer.residual(self, x, self.norm3, function(h)
    return transformer.feed_forward(self, h)
  end)
  return x
end

function TransformerDecoderLayer:printable_specs()
  return { { "dropout", self.dropout }, { "norm_first", self.norm_first } }
end

return TransformerDecoderLayer
