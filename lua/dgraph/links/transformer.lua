--- What attention and the layers of transformers share. Layers start as PyTorch's do.
local F = require "dgraph.functions"
local Linear = require "dgraph.links.linear"
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local initializers = require "dgraph.initializers"

local transformer = {}

--- A number from 0 to below 1.
function transformer.ratio(who, what, value)
  if type(value) ~= "number" or not (value >= 0 and value < 1) then
    errors.raisef("%s: %s is a number from 0 to below 1, not %s", who, what, check.spell(value))
  end
  return value
end

--- Weights and biases uniform between -1 / sqrt(in_size) and 1 / sqrt(in_size).
function transformer.dense(in_size, out_size, bias)
  return Linear(in_size, out_size, {
    nobias = not bias, initialW = initializers.LeCunUniform(1 / math.sqrt(3)),
    initial_bias = initializers.Uniform(1 / math.sqrt(in_size)),
  })
end

--- "relu", "gelu", or a function of a tensor.
function transformer.activation(who, f)
  if f == "relu" then return F.relu end
  if f == "gelu" then return F.gelu end
  if type(f) == "function" then return f end
  errors.raisef("%s: activation is \"relu\", \"gelu\" or a function, not %s", who, check.spell(f))
end

local OPTIONS = {
  "dim_feedforward", "dropout", "activation", "layer_norm_eps", "norm_first", "bias",
}

--- The options of encoder and decoder layers, with their defaults.
function transformer.options(who, d_model, nhead, ...)
  local opts = arguments.read(who, OPTIONS, ...)
  arguments.size(who, "d_model", d_model)
  arguments.size(who, "nhead", nhead)
  opts.dim_feedforward = opts.dim_feedforward or 2048
  arguments.size(who, "dim_feedforward", opts.dim_feedforward)
  opts.dropout = transformer.ratio(who, "dropout", opts.dropout or 0.1)
  opts.activation = transformer.activation(who, opts.activation or "relu")
  opts.layer_norm_eps = opts.layer_norm_eps or 1e-5
  opts.norm_first = opts.norm_first == true
  opts.bias = opts.bias ~= false
  return opts
end

--- The two dense layers behind attention.
function transformer.feed_forward(self, x)
  local h = F.dropout(self.activation(self.linear1(x, 2)), self.dropout)
  return F.dropout(self.linear2(h, 2), self.dropout)
end

--- x with what a part of the layer makes of it: normalized before the part, or the sum afterwards.
function transformer.residual(self, x, norm, part)
  if self.norm_first then return x + part(norm(x)) end
  return norm(x + part(x))
end

-- -- Masks ------------------------------------------------------------------------------------

--- A mask of PyTorch's layers, where true hides a key, as F.scaled_dot_product_attention wants it.
local function shown(mask) return mask.dtype == "bool" and F.logical_not(mask) or mask end

local function as_numbers(mask, dtype)
  if mask.dtype ~= "bool" then return mask end
  local option = { dtype = dtype, device = mask.device }
  return F.where(mask, create.full({}, 0, option), create.full({}, -math.huge, option))
end

local function both(a, b, dtype)
  if not a or not b then return a or b end
  if a.dtype == "bool" and b.dtype == "bool" then return F.logical_and(a, b) end
  return as_numbers(a, dtype) + as_numbers(b, dtype)
end

--- True where the key's position is not above the query's.
local function causal_mask(queries, keys, device)
  local option = { dtype = "int32", device = device }
  local down, across = create.arange(1, queries + 1, option), create.arange(1, keys + 1, option)
  return F.reshape(down, { queries, 1 }):ge(across)
end

--- What the masks given to a layer come to: one for all heads, and whether the kernels' own causal
--- mask does.
---@return dgraph.Tensor? mask
---@return boolean is_causal
function transformer.mask(who, q, k, heads, attn_mask, key_padding_mask, is_causal)
  local mask
  if attn_mask then
    local shape = attn_mask.shape
    if #shape == 3 and shape[1] == q:dim(1) * heads then
      attn_mask = F.reshape(attn_mask, { q:dim(1), heads, shape[2], shape[3] })
    elseif #shape ~= 2 and #shape ~= 4 then
      errors.raisef("%s: a mask of shape %s, wanted queries x keys, or batch * heads x queries x "
        .. "keys", who, table.concat(shape, "x"))
    end
    mask = shown(attn_mask)
  end
  if key_padding_mask then
    local shape = key_padding_mask.shape
    if #shape ~= 2 or shape[1] ~= k:dim(1) or shape[2] ~= k:dim(2) then
      errors.raisef("%s: key_padding_mask has shape %s, wanted %dx%d", who,
        table.concat(shape, "x"), k:dim(1), k:dim(2))
    end
    local padding = F.reshape(shown(key_padding_mask), { shape[1], 1, 1, shape[2] })
    mask = both(mask, padding, q.dtype)
  end
  if not (is_causal and mask) then return mask, is_causal == true end
  return both(mask, causal_mask(q:dim(2), k:dim(2), q.device), q.dtype), false
end

return transformer
