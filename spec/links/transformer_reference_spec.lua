local dg = require "dgraph"
local reference = require "spec.support.reference"

local L = dg.links
local SIZE, HEADS, INNER = 4, 2, 3

--- PyTorch's order of a layer's parameters, by our names.
local ATTENTION = { "in_proj/W", "in_proj/b", "out_proj/W", "out_proj/b" }

local function below(prefix, names)
  local list = {}
  for i, name in ipairs(names) do list[i] = prefix .. "/" .. name end
  return list
end

local function join(...)
  local all = {}
  for _, list in ipairs { ... } do
    for _, name in ipairs(list) do all[#all + 1] = name end
  end
  return all
end

local DENSE = { "linear1/W", "linear1/b", "linear2/W", "linear2/b" }
local NORMS = { "norm1/gamma", "norm1/beta", "norm2/gamma", "norm2/beta", "norm3/gamma",
  "norm3/beta" }
local ENCODER = join(below("self_attn", ATTENTION), DENSE, { unpack(NORMS, 1, 4) })
local DECODER = join(below("self_attn", ATTENTION), below("multihead_attn", ATTENTION), DENSE,
  NORMS)

--- Puts parts of a vector in the place of a link's parameters, so that the vector gets a gradient.
local function fill(link, names, flat)
  local from = 1
  for _, name in ipairs(names) do
    local place, fields = link, {}
    for field in name:gmatch "[^/]+" do fields[#fields + 1] = field end
    for i = 1, #fields - 1 do place = place[fields[i]] end
    local last = fields[#fields]
    local shape, size = place[last].shape, place[last].size
    rawset(place, last, flat[{ { from, from + size - 1 } }]:reshape(shape))
    from = from + size
  end
  assert(from == flat.size + 1, "all of it is used")
  return link
end

local function case(name, names, options, ...)
  local masks, n = { ... }, select("#", ...)
  return function(flat, ...)
    local xs, count = { ... }, select("#", ...)
    for i = 1, n do xs[count + i] = masks[i] end
    return dg.using_config("dtype", flat.dtype, function()
      local link
      if options then link = L[name](SIZE, HEADS, options) else link = L[name](SIZE, HEADS) end
      return fill(link, names, flat)(unpack(xs, 1, count + n))
    end)
  end
end

local function mask(rows) return dg.tensor(rows, "bool") end

local hidden = mask { { false, true, false }, { false, false, true } }
local padding = mask { { false, false, true }, { false, true, false } }
local later = mask { { false, true, true }, { false, false, true }, { false, false, false } }
local function options(more)
  local all = { dim_feedforward = INNER, dropout = 0 }
  for key, value in pairs(more or {}) do all[key] = value end
  return all
end

reference("transformer", {
  MultiHeadAttention = case("MultiHeadAttention", ATTENTION, nil),
  ["MultiHeadAttention masks"] = case("MultiHeadAttention", ATTENTION, nil, padding, hidden),
  TransformerEncoderLayer = case("TransformerEncoderLayer", ENCODER, options()),
  ["TransformerEncoderLayer gelu, norm_first, masks"] = case("TransformerEncoderLayer", ENCODER,
    options { activation = "gelu", norm_first = true, layer_norm_eps = 0.1 }, later, padding),
  TransformerDecoderLayer = case("TransformerDecoderLayer", DECODER, options()),
  ["TransformerDecoderLayer norm_first, masks"] = case("TransformerDecoderLayer", DECODER,
    options { norm_first = true }, {
      tgt_mask = later, memory_key_padding_mask = padding[{ {}, { 1, 2 } }],
    }),
})
