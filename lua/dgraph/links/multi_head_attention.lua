--- Attention with several heads: A. Vaswani et al., "Attention is all you need", 2017.
--- Source: PyTorch's MultiheadAttention.
local Chain = require "dgraph.chain"
local F = require "dgraph.functions"
local Linear = require "dgraph.links.linear"
local arguments = require "dgraph.links.arguments"
local config = require "dgraph.config"
local errors = require "dgraph.errors"
local initializers = require "dgraph.initializers"
local native = require "dgraph.native"
local transformer = require "dgraph.links.transformer"

--- Named and initialized as in PyTorch; the batch comes first.
---@class dgraph.MultiHeadAttention: dgraph.Chain
---@field in_proj dgraph.Linear?  of query, key and value, on top of each other
---@field q_proj dgraph.Linear?  of the query, where keys or values have another size
---@field k_proj dgraph.Linear?
---@field v_proj dgraph.Linear?
---@field out_proj dgraph.Linear
---@overload fun(embed_dim: integer, num_heads: integer, ...): dgraph.MultiHeadAttention
local MultiHeadAttention = Chain:extend("MultiHeadAttention")

local OPTIONS = { "dropout", "bias", "kdim", "vdim" }

---@param embed_dim integer  of queries and results
---@param num_heads integer  divides embed_dim
---@param ... any  dropout = 0 of weights, bias = true, kdim = embed_dim of keys, vdim = embed_dim
---  of values
function MultiHeadAttention:init(embed_dim, num_heads, ...)
  local who = self._name
  local opts = arguments.read(who, OPTIONS, ...)
  arguments.size(who, "embed_dim", embed_dim)
  arguments.size(who, "num_heads", num_heads)
  if embed_dim % num_heads ~= 0 then
    errors.raisef("%s: embed_dim %d does not divide by %d heads", who, embed_dim, num_heads)
  end
  self.embed_dim, self.num_heads = embed_dim, num_heads
  self.dropout = transformer.ratio(who, "dropout", opts.dropout or 0)
  local bias, kdim, vdim = opts.bias ~= false, opts.kdim or embed_dim, opts.vdim or embed_dim
  local function projection(from, to)
    return Linear(from, to, { nobias = not bias, initialW = initializers.GlorotUniform() })
  end
  if kdim == embed_dim and vdim == embed_dim then
    self.in_proj = projection(embed_dim, 3 * embed_dim)
  else
    self.q_proj = projection(embed_dim, embed_dim)
    self.k_proj, self.v_proj = projection(kdim, embed_dim), projection(vdim, embed_dim)
  end
  self.out_proj = Linear(embed_dim, embed_dim, {
    nobias = not bias, initialW = initializers.LeCunUniform(1 / math.sqrt(3)),
  })
end

--- batch x steps x (count of embed_dim) as `count` tensors batch x heads x steps x depth.
local function heads_of(self, x, count)
  local shape = { x:dim(1), x:dim(2), count, self.num_heads, self.embed_dim / self.num_heads }
  return unpack(F.separate(F.transpose(F.reshape(x, shape), { 3, 1, 4, 2, 5 }), 1))
end

--- What `count` parts of in_proj, from part `first` on, make of x.
local function project(self, x, first, count)
  local proj, size = self.in_proj, self.embed_dim
  if count == 3 then return heads_of(self, proj(x, 2), 3) end
  local rows = { (first - 1) * size + 1, (first + count - 1) * size }
  local b = proj.b and proj.b[{ rows }]
  return heads_of(self, F.linear(x, proj.W[{ rows }], b, 2), count)
end

local function project_all(self, query, key, value)
  if not self.in_proj then
    return heads_of(self, self.q_proj(query, 2), 1), heads_of(self, self.k_proj(key, 2), 1),
      heads_of(self, self.v_proj(value, 2), 1)
  end
  local same_values = native.same(key, value)
  if same_values and native.same(query, key) then return project(self, query, 1, 3) end
  local q = project(self, query, 1, 1)
  if same_values then return q, project(self, key, 2, 2) end
  return q, project(self, key, 2, 1), project(self, value, 3, 1)
end

---@class dgraph.MultiHeadAttentionOptions
---@field key_padding_mask dgraph.Tensor?  batch x keys: bools, true for keys to be ignored, or
---  numbers to be added to the scores
---@field attn_mask dgraph.Tensor?  queries x keys, or batch * heads x queries x keys; the same. (In
---  F.scaled_dot_product_attention true means the opposite, as in PyTorch.)
---@field is_causal boolean?  no query sees keys of higher positions

local MASKS = { "key_padding_mask", "attn_mask", "is_causal" }

---@param query dgraph.Tensor  batch x queries x embed_dim
---@param key? dgraph.Tensor  batch x keys x kdim; the query if nil
---@param value? dgraph.Tensor  batch x keys x vdim; the key if nil
---@param ... any  key_padding_mask, attn_mask, is_causal (dgraph.MultiHeadAttentionOptions)
---@return dgraph.Tensor  batch x queries x embed_dim
function MultiHeadAttention:forward(query, key, value, ...)
  key = key or query
  value = value or key
  local opts = arguments.read(self._name, MASKS, ...)
  for _, x in ipairs { query, key, value } do
    if x.ndim ~= 3 then
      errors.raisef("%s: an input has shape %s, wanted batch x steps x size", self._name,
        table.concat(x.shape, "x"))
    end
  end
  local mask, is_causal = transformer.mask(self._name, query, key, self.num_heads, opts.attn_mask,
    opts.key_padding_mask, opts.is_causal)
  local q, k, v = project_all(self, query, key, value)
  local dropout = config.values.train and self.dropout or 0
  local y = F.scaled_dot_product_attention(q, k, v, mask, dropout, is_causal)
  y = F.reshape(F.transpose(y, { 1, 3, 2, 4 }), { query:dim(1), query:dim(2), self.embed_dim })
  y = self.out_proj(y, 2)
  return y
end

function MultiHeadAttention:printable_specs()
  return {
    { "embed_dim", self.embed_dim }, { "num_heads", self.num_heads }, { "dropout", self.dropout },
  }
end

return MultiHeadAttention
