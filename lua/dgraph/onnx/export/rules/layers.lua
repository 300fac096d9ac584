--- Products, normalizations, attention. Formulas: c/op and https://onnx.ai/onnx/operators.
local sizes = require "dgraph.onnx.export.sizes"

local function filled(count, value)
  local list = {}
  for i = 1, count do list[i] = value end
  return list
end

local function mul(call, a, b) return call:node("Mul", { a, b }) end

--- x gamma + beta, either of which may be left out.
local function scale_and_shift(call, x, gamma, beta)
  if gamma then x = mul(call, x, gamma) end
  return beta and call:node("Add", { x, beta }) or x
end

--- x / sqrt(var + eps).
local function divide(call, x, var, eps)
  local sum = call:node("Add", { var, call:scalar(eps) })
  return call:node("Div", { x, call:node("Sqrt", { sum }) })
end

--- (x - mean) / sqrt(var + eps) over axes.
local function normalize(call, x, axes, eps)
  local rest = call:node("Sub", { x, call:reduce("ReduceMean", x, axes, 1) })
  return divide(call, rest, call:reduce("ReduceMean", mul(call, rest, rest), axes, 1), eps)
end

-- Batch normalization -------------------------------------------------------------------------

--- The axes that the parameters do not have: the first and all behind theirs where none were given.
local function batch_axes(call, like)
  if #(call:list "axes" or {}) > 0 then return call:axes() end
  local axes = { 0 }
  for axis = 1 + (like and call:ndim(like) or 1), call:ndim "x" - 1 do axes[#axes + 1] = axis end
  return axes
end

--- What has the axes of x that `axes` leave, with ones in their places.
local function between(call, key, axes)
  local x = call:input(key)
  if not x then return nil end
  local shape, to, is_reduced, at = call:shape(key), {}, {}, 0
  for _, axis in ipairs(axes) do is_reduced[axis] = true end
  for i = 1, call:ndim "x" do
    if not is_reduced[i - 1] then at = at + 1 end
    to[i] = is_reduced[i - 1] and 1 or shape[at]
  end
  return call:reshape(x, shape, to)
end

local function is_by_channel(axes, ndim)
  if ndim < 2 or #axes ~= ndim - 1 or axes[1] ~= 0 then return false end
  for i = 2, #axes do
    if axes[i] ~= i then return false end
  end
  return true
end

local function fixed_batch_normalization(call)
  local axes, x, eps = batch_axes(call, "mean"), call:input "x", call:number "eps"
  if is_by_channel(axes, call:ndim "x") then
    local count, dtype = call:size("x", 2), call:dtype "x"
    return call:node("BatchNormalization", {
      x, call:input "gamma" or call:constant(filled(count, 1), dtype, { count }),
      call:input "beta" or call:constant(filled(count, 0), dtype, { count }), call:input "mean",
      call:input "var",
    }, { epsilon = { float = eps } })
  end
  local y = call:node("Sub", { x, between(call, "mean", axes) })
  y = divide(call, y, between(call, "var", axes), eps)
  return scale_and_shift(call, y, between(call, "gamma", axes), between(call, "beta", axes))
end

--- In training: by the batch that is there. The running averages stay what they are.
local function batch_normalization(call)
  local like = call:input "gamma" and "gamma" or call:input "beta" and "beta"
  local axes = batch_axes(call, like or call:input "running_mean" and "running_mean")
  local y = normalize(call, call:input "x", axes, call:number "eps")
  return scale_and_shift(call, y, between(call, "gamma", axes), between(call, "beta", axes))
end

-- Other normalizations ------------------------------------------------------------------------

local function layer_normalization(call)
  local x, gamma, beta = call:input "x", call:input "gamma", call:input "beta"
  local last, eps = call:ndim "gamma", call:number "eps"
  if call.opset >= 17 then
    return call:node("LayerNormalization", { x, gamma, beta or false },
      { axis = -last, epsilon = { float = eps } })
  end
  local axes = {}
  for i = 1, last do axes[i] = i - 1 - last end
  return scale_and_shift(call, normalize(call, x, axes, eps), gamma, beta)
end

--- The normalization of one instance, whose channels are the groups.
local function group_normalization(call)
  local shape, groups, dtype = call:shape "x", call:number "groups", call:dtype "x"
  local count = call:size("x", 2) / groups
  for i = 3, #shape do count = count * call:size("x", i) end
  local whole = { shape[1], groups, count }
  local y = call:node("InstanceNormalization", {
    call:reshape(call:input "x", shape, whole), call:constant(filled(groups, 1), dtype, { groups }),
    call:constant(filled(groups, 0), dtype, { groups }),
  }, { epsilon = { float = call:number "eps" } })
  y = call:reshape(y, whole, shape)
  return scale_and_shift(call, y, call:input "gamma" and call:spread("gamma", 1, #shape),
    call:input "beta" and call:spread("beta", 1, #shape))
end

local function instance_norm(call)
  local count, dtype = call:size("x", 2), call:dtype "x"
  return call:node("InstanceNormalization", {
    call:input "x", call:input "weight" or call:constant(filled(count, 1), dtype, { count }),
    call:input "bias" or call:constant(filled(count, 0), dtype, { count }),
  }, { epsilon = { float = call:number "eps" } })
end

local EPSILON = { float32 = 2 ^ -23, float64 = 2 ^ -52 }

local function rms_norm(call)
  local x, axes, eps = call:input "x", {}, call:number "eps"
  for i = 1, call:number "ndim" do axes[i] = i - 1 - call:number "ndim" end
  local mean = call:reduce("ReduceMean", mul(call, x, x), axes, 1)
  local y = divide(call, x, mean, eps < 0 and EPSILON[call:dtype "x"] or eps)
  return scale_and_shift(call, y, call:input "weight")
end

--- ONNX divides alpha by the number of channels that count.
local function local_response_normalization(call)
  local size = 2 * math.floor(call:number "n" / 2) + 1
  return call:node("LRN", { call:input "x" }, {
    size = size, alpha = { float = call:number "alpha" * size },
    beta = { float = call:number "beta" }, bias = { float = call:number "k" },
  })
end

-- Products ------------------------------------------------------------------------------------

local function linear(call)
  local x, shape = call:input "x", call:shape "x"
  if #shape > 2 then x = call:node("Flatten", { x }, { axis = 1 }) end
  return call:node("Gemm", { x, call:input "W", call:input "b" or false }, { transB = 1 })
end

--- Which keys a query sees: those at places that are no higher.
local function causal_mask(call)
  local queries, keys = call:size("q", call:ndim "q" - 1), call:size("k", call:ndim "k" - 1)
  local list = {}
  for i = 1, queries do
    for j = 1, keys do list[#list + 1] = j <= i and 1 or 0 end
  end
  return call:constant(list, "bool", { queries, keys })
end

--- softmax(scale q k' + mask) v; what sees no key gets 0.
local function attention(call)
  local ndim, depth = call:ndim "k", call:size("q", call:ndim "q")
  local scale, perm = call:number "scale", {}
  if scale ~= scale then scale = 1 / math.sqrt(depth) end
  for i = 1, ndim do perm[i] = i - 1 end
  perm[ndim - 1], perm[ndim] = ndim - 1, ndim - 2
  local q = mul(call, call:input "q", call:scalar(scale))
  local k = call:node("Transpose", { call:input "k" }, { perm = perm })
  local scores = call:node("MatMul", { q, k })
  local mask, sees = call:input "mask", nil
  if call:number "causal" == 1 then sees = causal_mask(call)
  elseif mask and call:dtype "mask" == "bool" then sees = mask
  elseif mask then scores = call:node("Add", { scores, mask })
  end
  if sees then scores = call:node("Where", { sees, scores, call:scalar(-math.huge) }) end
  local weights = call:node("Softmax", { scores }, { axis = -1 })
  -- Without a key all are minus infinity, and the softmax is NaN.
  if sees == mask and mask then weights = call:node("Where", { sees, weights, call:scalar(0) }) end
  if call:number "dropout" > 0 then
    call.graph.draws = true
    weights = call:node("Dropout", {
      weights, call:scalar(call:number "dropout", "float32"), call:scalar(1, "bool"),
    })
  end
  return call:node("MatMul", { weights, call:input "v" })
end

return function(rules)
  rules.linear, rules.attention = linear, attention
  function rules.matmul(call) return call:node("MatMul", { call:input "a", call:input "b" }) end
  rules.fixed_batch_normalization = fixed_batch_normalization
  rules.batch_normalization = batch_normalization
  rules.layer_normalization, rules.rms_norm = layer_normalization, rms_norm
  rules.group_normalization, rules.instance_norm = group_normalization, instance_norm
  rules.local_response_normalization = local_response_normalization

  --- g v / |v|, the length over all axes but one.
  function rules.weight_norm(call)
    local ndim, axes, shape, to = call:ndim "v", {}, call:shape "v", {}
    local kept = call:axis(call:number "axis", ndim)
    for i = 1, ndim do
      to[i] = i - 1 == kept and shape[i] or 1
      if i - 1 ~= kept then axes[#axes + 1] = i - 1 end
    end
    local v = call:input "v"
    local unit = call:node("Div", { v, call:reduce("ReduceL2", v, axes, 1) })
    local g = call:shape "g"
    local is_same = #g == ndim
    for i = 1, #g do is_same = is_same and sizes.same(g[i], to[i]) end
    return mul(call, unit, is_same and call:input "g" or call:reshape(call:input "g", g, to))
  end
end
