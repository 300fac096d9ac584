--- What specs of `dg.onnx.export` try: a function with inputs for each rule, and whole models.
--
--     luajit spec/support/onnx_cases.lua FOLDER [OPSET]
--
-- writes each as a test case of ONNX's layout, for spec/fixtures/check_onnx.py.
local is_script = arg and arg[0] and arg[0]:find "onnx_cases%.lua$" ~= nil
if is_script then package.path = "lua/?.lua;lua/?/init.lua;" .. package.path end

local dg = require "dgraph"

local F, L = dg.functions, dg.links

---@class OnnxCase
---@field name string
---@field f dgraph.Link|function
---@field args dgraph.Tensor[]
---@field open boolean  whether the batch may have any size
---@field opset integer?  the oldest that it needs

local cases = {}

--- A case. `open` is false where the first axis is no batch.
local function case(name, f, args, open, opset)
  cases[#cases + 1] = { name = name, f = f, args = args, open = open ~= false, opset = opset }
end

dg.seed(5)

local function ints(list, dtype) return dg.tensor(list, dtype or "int32") end

local function positive(...) return F.exp(dg.randn(...)) end

-- Elementwise ---------------------------------------------------------------------------------

for _, name in ipairs { "abs", "sign", "neg", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh",
  "arcsinh", "arctan", "erf", "floor", "ceil", "round", "fix", "sigmoid", "relu", "square", "expm1",
  "erfc", "relu6", "clipped_relu", "hardtanh", "hard_sigmoid", "leaky_relu", "elu", "selu",
  "softplus", "logsigmoid", "silu", "mish", "gelu", "ndtr", "copy" } do
  case(name, function(x) return F[name](x * 3) end, { dg.randn(3, 4) })
end
for _, name in ipairs { "log", "sqrt", "rsqrt", "log1p", "log2", "log10" } do
  case(name, F[name], { positive(3, 4) })
end
for _, name in ipairs { "arcsin", "arccos", "arctanh" } do
  case(name, F[name], { F.tanh(dg.randn(3, 4)) })
end
case("arccosh", F.arccosh, { positive(3, 4) + 1 })

for _, name in ipairs { "add", "sub", "mul", "div", "maximum", "minimum", "mod", "fmod",
  "floordiv" } do
  case(name, F[name], { dg.randn(3, 4), dg.randn(3, 4) })
end
for _, name in ipairs { "add", "mod", "floordiv", "mul" } do
  case(name .. " of integers", F[name], { ints { { 7, -7, 5 } }, ints { { 3, 3, -2 } } })
end
case("pow", F.pow, { positive(3, 4), dg.randn(3, 4) })
case("spread", function(x, y) return x + y * dg.tensor { 1, 2, 3, 4 } end,
  { dg.randn(3, 4), dg.randn(3, 1) })

case("numbers", function(x)
  return x * 2 + 1, 1 - x, -x, x / 3, 2 / x, x - 4, x ^ 3, 2 ^ x
end, { positive(3, 4) })
case("rests", function(x) return x % 2, 7 % x, F.floordiv(x, 2), F.floordiv(5, x) end,
  { dg.randn(3, 4) * 5 })
case("comparisons", function(x, y)
  return F.lt(x, y), F.le(x, y), F.gt(x, y), F.ge(x, y), F.eq(x, y), F.ne(x, y)
end, { ints { { 1, 2, 3 } }, ints { { 3, 2, 1 } } })
case("comparisons with numbers", function(x)
  return F.lt(x, 0), F.le(x, 0), F.gt(x, 0), F.ge(x, 0), F.eq(x, 1), F.ne(x, 1)
end, { dg.tensor { { 1, 0, -3 } } })
case("logic", function(x)
  local a, b = F.gt(x, 0), F.lt(x, 1)
  return F.logical_and(a, b), F.logical_or(a, b), F.logical_not(a), F.where(a, x, x * 2)
end, { dg.randn(3, 4) })
case("what is no number", function(x)
  local y = F.log(x)
  return F.isnan(y), F.isinf(y), F.isfinite(y)
end, { dg.tensor { { -1, 0, 1 } } })
case("clip", function(x) return F.clip(x, -0.5, 0.25) end, { dg.randn(3, 4) })
case("gelu by tanh", function(x) return F.gelu(x, "tanh") end, { dg.randn(3, 4) })
case("softplus of a sharper bend", function(x) return F.softplus(x, 3) end, { dg.randn(3, 4) })
case("rrelu", F.rrelu, { dg.randn(3, 4) })
case("maximum of numbers", function(x) return F.maximum(x, 0.5), F.minimum(1, x) end,
  { dg.randn(3, 4) })
case("prelu", F.prelu, { dg.randn(2, 3, 4), dg.randn(3) }, false)
case("swish", F.swish, { dg.randn(2, 3, 4), dg.randn(3) }, false)
case("linear_interpolate", F.linear_interpolate, { dg.rand(3, 4), dg.randn(3, 4), dg.randn(3, 4) })
case("scale and bias", function(x)
  local y = dg.tensor { 1, 2, 3 }
  return F.scale(x, y), F.bias(x, y), F.scale(x, dg.ones(3, 2) * 2)
end, { dg.randn(2, 3, 2) })
case("cast", function(x)
  return F.cast(x, "int32"), F.cast(x, "float64"), F.cast(F.gt(x, 0), "float32")
end, { dg.randn(3, 4) * 3 })
case("float64", function(x) return F.tanh(x) * 0.1 + F.sum(x, 2, true) end,
  { dg.randn({ 3, 4 }, "float64") })

-- Reductions ----------------------------------------------------------------------------------

for _, name in ipairs { "sum", "mean", "max", "min", "prod", "logsumexp", "var", "std" } do
  case(name, function(x)
    local kept = F[name](x, { axis = { 2, 3 }, keepdims = true })
    return F[name](x, 2), kept, F[name](x, { axis = -1 })
  end, { dg.randn(2, 3, 4) })
  case(name .. " of all", function(x) return F[name](x) end, { dg.randn(2, 3) },
    name ~= "var" and name ~= "std")
end
case("any and all", function(x)
  local y = F.gt(x, 0.5)
  return F.any(y, 2), F.all(y, 2), F.any(y)
end, { dg.randn(3, 2) })
case("argmax and argmin", function(x)
  return F.argmax(x, 2), F.argmin(x, { axis = 2, keepdims = true }), F.argmax(x)
end, { dg.randn(3, 5) })
case("sort and topk", function(x) return F.sort(x), F.argsort(x), F.topk(x, 2) end,
  { dg.randn(2, 5) })
case("softmax", function(x) return F.softmax(x), F.log_softmax(x, 3) end, { dg.randn(2, 3, 4) })
case("cumsum", function(x) return F.cumsum(x, 2) end, { dg.randn(3, 4) })
case("mean_squared_error", F.mean_squared_error, { dg.randn(3, 4), dg.randn(3, 4) })
case("normalize", F.normalize, { dg.randn(3, 4) })
case("sum_to", function(x) return F.sum_to(x, { 1, 4 }), F.sum_to(x, { 4 }) end,
  { dg.randn(3, 2, 4) })

-- Shapes --------------------------------------------------------------------------------------

case("reshape", function(x)
  return F.reshape(x, { -1, 2 }), F.reshape(x, { x.shape[1], 12 }), F.flatten(x)
end, { dg.randn(2, 3, 4) })
case("transpose", function(x)
  return F.transpose(x), F.transpose(x, { 2, 1, 3 }), F.swapaxes(x, 1, 3), F.moveaxis(x, 1, 3)
end, { dg.randn(2, 3, 4) })
case("axes that come and go", function(x)
  local y = F.expand_dims(x, 2)
  return y, F.squeeze(y, 2), F.squeeze(y), F.expand_dims(x, -1)
end, { dg.randn(2, 3) })
case("broadcast_to", function(x)
  local batch = x.shape[1]
  return F.broadcast_to(x, { batch, 3, 4 }), F.broadcast_to(dg.tensor { 1, 2, 3, 4 }, { batch, 4 }),
    F.broadcast_to(x, x.shape)
end, { dg.randn(2, 1, 4) })
case("flip", function(x) return F.flip(x, 2), F.flip(x) end, { dg.randn(2, 3) })
case("tril and triu", function(x) return F.tril(x), F.triu(x, 1) end, { dg.randn(2, 3, 3) }, true,
  14)
case("concat and stack", function(x, y)
  return F.concat({ x, y }), F.concat({ x, y, x }, 1), F.stack({ x, y }), F.stack({ x, y }, -1)
end, { dg.randn(2, 3), dg.randn(2, 3) })
case("pad", function(x)
  return F.pad(x, { { 0, 0 }, { 1, 2 } }), F.pad(x, 1, "constant", 3)
end, { dg.randn(2, 3) })
case("tile and repeat", function(x)
  return F.tile(x, { 1, 2 }), F.tile(x, { 2, 1, 2 }), F.repeat_(x, 2, 2)
end, { dg.randn(2, 3) })
case("split", function(x)
  local list = F.split_axis(x, 2, 2)
  local a, b = unpack(F.split(x, { 1, 3 }, 2))
  return list[1], list[2], a, b
end, { dg.randn(2, 4) })
case("separate", function(x) return F.separate(x, 2) end, { dg.randn(2, 3) })
case("get_item", function(x)
  return x[{ {}, 2 }], x[{ {}, -1, { 2, 3 } }], x[{ {}, { 1, -1, 2 } }],
    x[{ {}, {}, { -1, 1, -1 } }], x[{ {}, dg.newaxis, { 2, -1 } }], x[{ {}, { -2, -1 }, 1 }],
    x[{ 1 }], x[-1]
end, { dg.randn(2, 3, 4) })
case("parts of a batch", function(x)
  local batch = x.shape[1]
  return x[{ { 1, batch } }], x[{ { 2, batch } }] * 2
end, { dg.randn(3, 2) })
case("take", function(x, at)
  return F.take(x, ints { 3, 1, -1 }, 2), F.take(x, at, 2), F.take(x, ints { { 1, 2 } }, 2)
end, { dg.randn(2, 3), ints { 2, 1 } }, false)
case("gather", function(x, at) return F.gather(x, 2, at) end,
  { dg.randn(2, 3), ints { { 3, 1 }, { 2, -1 } } })
case("select_item", F.select_item, { dg.randn(3, 4), ints { 4, 1, 2 } })
case("embed_id", function(id)
  local W = dg.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } }
  return F.embed_id(id, W), F.embed_id(id, W, { ignore_label = 2 })
end, { ints { { 3, 1 }, { 2, 2 } } })
case("embedding_bag", function(id)
  local W = dg.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } }
  return F.embedding_bag(id, W, { mode = "sum", padding_idx = 2, bias = dg.tensor { 1, 2 } }),
    F.embedding_bag(id, W, { mode = "sum" })
end, { ints { { 3, 1 }, { 2, 2 } } })
case("one_hot", function(t)
  return F.one_hot(t, 3), F.one_hot(F.expand_dims(t, 2), 4, "float32")
end, { ints { 3, 1 } })
case("embed_id of bytes", function(id)
  return F.embed_id(id, dg.tensor { { 1, 2 }, { 3, 4 } }, { ignore_label = 1 })
end, { ints({ { 2, 1 } }, "uint8") })

-- Products and windows ------------------------------------------------------------------------

case("linear", function(x)
  local W, b = dg.tensor { { 1, 2, 3, 4 }, { -1, 0, 1, 2 } }, dg.tensor { 0.5, -0.5 }
  return F.linear(F.reshape(x, { -1, 4 }), W, b), F.linear(x, W)
end, { dg.randn(3, 2, 2) })
case("matmul", function(x, y)
  return F.matmul(x, y), F.matmul(x, x, false, true), F.matmul(x, dg.tensor { 1, 2, 3, 4 })
end, { dg.randn(2, 3, 4), dg.randn(2, 4, 5) })
case("einsum", function(x, y) return F.einsum("bij,bjk->bik", x, y) end,
  { dg.randn(2, 3, 4), dg.randn(2, 4, 5) })
case("convolution", L.Convolution2D(3, 4, 3, { stride = 2, pad = 1 }), { dg.randn(2, 3, 7, 7) })
case("convolution that covers all", function(x)
  return F.convolution_2d(x, dg.ones(2, 1, 3, 3), nil, { stride = 2, cover_all = true })
end, { dg.randn(2, 1, 6, 6) })
case("convolution of one axis, dilated", L.Convolution1D(2, 4, 3, { dilate = 2, groups = 2 }),
  { dg.randn(2, 2, 9) })
case("depthwise convolution", L.DepthwiseConvolution2D(2, 2, 3), { dg.randn(2, 2, 5, 5) })
case("deconvolution", L.Deconvolution2D(3, 2, 4, { stride = 2, pad = 1 }), { dg.randn(2, 3, 4, 4) })
case("deconvolution of given size", L.Deconvolution2D(1, 2, 3, { stride = 2, outsize = { 10, 9 } }),
  { dg.randn(2, 1, 4, 4) })
case("max_pooling", function(x)
  return F.max_pooling_2d(x, 2), F.max_pooling_2d(x, 3, { stride = 2, pad = 1, cover_all = false }),
    F.max_pooling_2d(x, 2, { stride = 2 })
end, { dg.randn(2, 2, 7, 7) })
case("average_pooling", function(x)
  return F.average_pooling_2d(x, 2), F.average_pooling_2d(x, 3, { stride = 2, pad = 1 }),
    F.average_pooling_nd(x, 3, 2, 1, false)
end, { dg.randn(2, 2, 7, 7) })
case("adaptive pooling", function(x)
  return F.adaptive_avg_pool2d(x, 1), F.adaptive_max_pool2d(x, 3),
    F.adaptive_avg_pool2d(x, { 2, 3 })
end, { dg.randn(2, 2, 6, 6) })
case("unpooling", function(x) return F.unpooling_2d(x, 2, { cover_all = false }) end,
  { dg.randn(2, 2, 3, 3) })

-- Normalization -------------------------------------------------------------------------------

local function averaged(link, x)
  for _ = 1, 3 do link(x + 1) end
  return link
end

case("BatchNormalization", averaged(L.BatchNormalization(3), dg.randn(4, 3, 2, 2)),
  { dg.randn(2, 3, 2, 2) })
case("BatchNormalization of places", averaged(L.BatchNormalization({ 3, 2 }),
  dg.randn(4, 3, 2)), { dg.randn(2, 3, 2) })
case("batch_normalization", function(x)
  return F.batch_normalization(x, dg.tensor { 1, 2, 3 }, dg.tensor { 0, 1, 2 })
end, { dg.randn(4, 3) })
case("LayerNormalization", L.LayerNormalization(4), { dg.randn(3, 4) })
case("GroupNormalization", L.GroupNormalization(2, { size = 4 }), { dg.randn(2, 4, 3) })
case("InstanceNorm", function(x)
  return F.instance_norm(x), F.instance_norm(x, dg.tensor { 1, 2 }, dg.tensor { 3, 4 })
end, { dg.randn(2, 2, 5) })
case("RMSNorm", L.RMSNorm(4), { dg.randn(2, 3, 4) })
case("local_response_normalization", F.local_response_normalization, { dg.randn(2, 7, 2, 2) })
case("weight_norm", function(x)
  return F.linear(x, F.weight_norm(dg.tensor { { 1, 2 }, { 3, 4 } }, dg.tensor { { 1 }, { 2 } }))
end, { dg.randn(3, 2) })
case("dropout", function(x) return F.dropout(x, 0.5) end, { dg.randn(3, 4) })

-- Sequences -----------------------------------------------------------------------------------

case("lstm", F.lstm, { dg.randn(2, 3), dg.randn(2, 12) })
case("lstm of images", F.lstm, { dg.randn(2, 3, 2, 2), dg.randn(2, 12, 2, 2) })
case("lstm of fewer sequences", F.lstm, { dg.randn(3, 3), dg.randn(2, 12) }, false)
local stateless = L.StatelessLSTM(3, 4)
local lstms, bilstm = L.NStepLSTM(2, 3, 4, 0), L.NStepBiLSTM(1, 3, 4, 0)
local gru, birnn = L.NStepGRU(1, 3, 4, 0), L.NStepBiRNNTanh(1, 3, 4, 0)
case("StatelessLSTM", function(x) return stateless(nil, nil, x) end, { dg.randn(2, 3) })
case("NStepLSTM", function(x) return lstms(nil, nil, x) end, { dg.randn(2, 5, 3) })
case("NStepBiLSTM", function(x) return bilstm(nil, nil, x) end, { dg.randn(2, 5, 3) })
case("NStepGRU", function(x) return gru(nil, x) end, { dg.randn(2, 3, 3) })
case("NStepBiRNNTanh", function(x) return birnn(nil, x) end, { dg.randn(2, 3, 3) })
case("a sequence whose gates come from elsewhere", function(x)
  return F.n_step_lstm(1, 0, dg.zeros(1, 2, 2), dg.zeros(1, 2, 2),
    { { dg.ones(2, 3), dg.ones(2, 3), dg.ones(2, 3), dg.ones(2, 3), dg.ones(2, 2), dg.ones(2, 2),
      dg.ones(2, 2), dg.ones(2, 2) } },
    { { dg.ones(2), dg.ones(2), dg.ones(2), dg.ones(2), dg.ones(2), dg.ones(2), dg.ones(2),
      dg.ones(2) } }, x)
end, { dg.randn(4, 2, 3) }, false)
case("attention", F.scaled_dot_product_attention,
  { dg.randn(2, 2, 3, 4), dg.randn(2, 2, 5, 4), dg.randn(2, 2, 5, 6) })
case("attention, causal", function(x)
  return F.scaled_dot_product_attention(x, x, x, { is_causal = true })
end, { dg.randn(2, 3, 4) })
case("attention with masks", function(x)
  local seen = F.eq(dg.tensor { { 1, 0, 0 }, { 1, 1, 0 }, { 0, 0, 0 } }, 1)
  return F.scaled_dot_product_attention(x, x, x, seen),
    F.scaled_dot_product_attention(x, x, x, dg.tensor { { 0, -1, -2 }, { 1, 0, 1 }, { 0, 0, 3 } })
end, { dg.randn(2, 3, 4) })

-- Whole models --------------------------------------------------------------------------------

local function pool(x) return F.max_pooling_2d(x, 2) end

case("MLP", dg.Sequential(L.Linear(4, 8), F.tanh, L.Linear(8, 3), F.softmax), { dg.randn(2, 4) })
case("LeNet", dg.Sequential(L.Convolution2D(1, 3, 5), F.relu, pool, L.Convolution2D(3, 4, 3),
  F.relu, pool, L.Linear(nil, 10), F.relu, L.Linear(10, 5)), { dg.randn(2, 1, 18, 18) })

case("InceptionBN", L.InceptionBN(2, 1, 2, 3, 1, 2, "max", 1), { dg.randn(2, 2, 5, 6) })
case("renormalized, whitened, dropconnect", dg.Sequential(L.BatchRenormalization(4, 2, 1),
  L.DecorrelatedBatchNormalization(4, 2), L.SimplifiedDropconnect(4, 3)), { dg.randn(2, 4) })

local CharLSTM = dg.Chain:extend "CharLSTM"
function CharLSTM:init(symbols, units)
  self.embed, self.lstm = L.EmbedID(symbols, units), L.LSTM(units, units)
  self.out = L.Linear(units, symbols)
end
function CharLSTM:forward(ids)
  self.lstm:reset_state()
  local ys = {}
  for t = 1, ids.shape[2] do ys[t] = self.out(self.lstm(self.embed(ids[{ {}, t }]))) end
  return F.stack(ys, 2)
end
case("char LSTM", CharLSTM(5, 4), { ints { { 1, 5, 2 }, { 3, 4, 1 } } })

local GPT = dg.Chain:extend "GPT"
function GPT:init(symbols, width, steps)
  self.token, self.place = L.EmbedID(symbols, width), L.EmbedID(steps, width)
  self.attend = L.MultiHeadAttention(width, 2)
  self.norm1, self.norm2 = L.LayerNormalization(width), L.LayerNormalization(width)
  self.up, self.down = L.Linear(width, 4 * width), L.Linear(4 * width, width)
end
function GPT:forward(ids)
  local steps = ids.shape[2]
  local x = self.token(ids) + self.place(dg.arange(1, steps + 1, 1, { dtype = "int32" }))
  local h = self.norm1(x)
  x = x + (self.attend(h, h, h, { is_causal = true }))
  local y = self.down(F.gelu(self.up(self.norm2(x), 2)), 2)
  return F.linear(x + y, self.token.W, nil, 2)
end
case("GPT block", GPT(7, 8, 3), { ints { { 1, 7, 2 }, { 3, 4, 1 } } })

if is_script then
  local folder, opset = arg[1], tonumber(arg[2] or 17)
  for _, each in ipairs(cases) do
    if opset >= (each.opset or 13) then
      print(each.name)
      assert(dg.onnx.export_testcase(each.f, each.args, ("%s/%s"):format(folder, each.name), {
        dynamic_batch = each.open, opset_version = opset, verify = false,
      }))
    end
  end
end

return cases
