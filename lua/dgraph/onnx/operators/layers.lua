--- Products, normalizations, softmax, dropout, embeddings. Formulas:
--- https://onnx.ai/onnx/operators.
local F = require "dgraph.functions"
local config = require "dgraph.config".config

--- Softmax over the axis, or, up to operator set 12, over all axes from it on.
local function over_axis(f, node, x)
  local ndim = x.ndim
  if node.opset >= 13 then return f(x, node:axis(node:get("axis", -1), ndim)) end
  local axis, shape, rows = node:axis(node:get("axis", 1), ndim), x.shape, 1
  if axis == ndim then return f(x, axis) end
  for i = 1, axis - 1 do rows = rows * shape[i] end
  return F.reshape(f(F.reshape(x, { rows, -1 }), 2), shape)
end

return function(operators)
  function operators.Softmax(node, x) return over_axis(F.softmax, node, x) end
  function operators.LogSoftmax(node, x) return over_axis(F.log_softmax, node, x) end

  --- alpha A B + beta C, either of A and B transposed; of a fully connected layer, one function.
  function operators.Gemm(node, a, b, c)
    local alpha, beta = node:get("alpha", 1), node:get("beta", 1)
    local trans_a, trans_b = node:get("transA", 0) == 1, node:get("transB", 0) == 1
    if alpha == 1 and beta == 1 and trans_b and not trans_a and (not c or c.ndim == 1) then
      if not c or c.size == b.shape[1] then return F.linear(a, b, c) end
    end
    local y = F.matmul(a, b, trans_a, trans_b)
    if alpha ~= 1 then y = y * alpha end
    if not c then return y end
    return y + (beta == 1 and c or c * beta)
  end

  function operators.MatMul(_, a, b) return F.matmul(a, b) end
  function operators.Einsum(node, ...) return F.einsum(node:need "equation", ...) end

  function operators.BatchNormalization(node, x, scale, bias, mean, var)
    node:only("training_mode", 0)
    return F.fixed_batch_normalization(x, scale, bias, mean, var, node:get("epsilon", 1e-5))
  end

  function operators.InstanceNormalization(node, x, scale, bias)
    return F.instance_norm(x, scale, bias, node:get("epsilon", 1e-5))
  end

  --- Over the axes from `axis` on, which are those of the scale.
  function operators.LayerNormalization(node, x, scale, bias)
    local axis, eps = node:axis(node:get("axis", -1), x.ndim), node:get("epsilon", 1e-5)
    local sizes = { unpack(x.shape, axis) }
    local y = F.layer_normalization(x, F.broadcast_to(scale, sizes),
      bias and F.broadcast_to(bias, sizes), eps)
    if node.outputs == 1 then return y end
    local axes = {}
    for i = axis, x.ndim do axes[#axes + 1] = i end
    local var = F.var(x, axes, { correction = 0, keepdims = true })
    return y, F.mean(x, axes, true), 1 / F.sqrt(var + eps)
  end

  function operators.RMSNormalization(node, x, scale)
    local axis = node:axis(node:get("axis", -1), x.ndim)
    return F.rms_norm(x, { unpack(x.shape, axis) }, scale, node:get("epsilon", 1e-5))
  end

  --- Scale and bias are for each channel; up to operator set 20 for each group.
  function operators.GroupNormalization(node, x, scale, bias)
    local groups = node:get("num_groups", 1)
    local each = x.shape[2] / scale.size
    if each > 1 then scale, bias = F.repeat_(scale, each), F.repeat_(bias, each) end
    return F.group_normalization(x, groups, scale, bias, node:get("epsilon", 1e-5))
  end

  function operators.LRN(node, x)
    local size = node:get("size", 1)
    return F.local_response_normalization(x, size, node:get("bias", 1),
      node:get("alpha", 1e-4) / size, node:get("beta", 0.75))
  end

  function operators.LpNormalization(node, x)
    local axis = node:axis(node:get("axis", -1), x.ndim)
    local norm = node:get("p", 2) == 1 and F.sum(F.abs(x), axis, true)
      or F.sqrt(F.sum(F.square(x), axis, true))
    return x / (norm + F.cast(F.eq(norm, 0), x.dtype)) -- of nothing but zeros: zeros
  end

  --- Drops out while dgraph trains, whatever the file says of training. The second result tells
  --- what stays; it is made for those who ask only outside of training.
  function operators.Dropout(node, x, ratio)
    local given = ratio and node:numbers(2, ratio)[1] or node:get("ratio", 0.5)
    if node.outputs == 1 then return F.dropout(x, given) end
    if config.train then node:refuse("its mask is not supported in training") end
    return x, F.logical_or(F.eq(x, x), F.isnan(x))
  end
end
