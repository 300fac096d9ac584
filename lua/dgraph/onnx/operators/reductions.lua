--- Sums, means and the like over axes. Formulas: https://onnx.ai/onnx/operators.
local F = require "dgraph.functions"

local KINDS = {
  ReduceSum = F.sum, ReduceMean = F.mean, ReduceMax = F.max, ReduceMin = F.min,
  ReduceProd = F.prod, ReduceLogSumExp = F.logsumexp,
  ReduceL1 = function(x, ...) return F.sum(F.abs(x), ...) end,
  ReduceL2 = function(x, ...) return F.sqrt(F.sum(F.square(x), ...)) end,
  ReduceSumSquare = function(x, ...) return F.sum(F.square(x), ...) end,
  ReduceLogSum = function(x, ...) return F.log(F.sum(x, ...)) end,
}

return function(operators)
  for name, f in pairs(KINDS) do
    --- The axes are an attribute in older operator sets.
    operators[name] = function(node, x, axes)
      local list = node:numbers_or("axes", 2, axes) or {}
      if #list == 0 and node:get("noop_with_empty_axes", 0) == 1 then return x end
      return f(x, #list > 0 and node:axes(list, x.ndim) or nil, node:get("keepdims", 1) == 1)
    end
  end

  for name, f in pairs { ArgMax = F.argmax, ArgMin = F.argmin } do
    operators[name] = function(node, x)
      local axis, keeps = node:axis(node:get("axis", 0), x.ndim), node:get("keepdims", 1) == 1
      if node:get("select_last_index", 0) == 0 then return f(x, axis, keeps) - 1 end
      return x.shape[axis] - f(F.flip(x, axis), axis, keeps)
    end
  end

  function operators.CumSum(node, x, axis)
    local along, reverse = node:axis(node:numbers(2, axis)[1], x.ndim), node:get("reverse", 0) == 1
    local y = F.cumsum(reverse and F.flip(x, along) or x, along)
    if reverse then y = F.flip(y, along) end
    return node:get("exclusive", 0) == 1 and y - x or y
  end

  --- The number of places is an attribute up to operator set 9.
  function operators.TopK(node, x, k)
    local count = node:get "k" or node:numbers(2, k)[1]
    local values, positions = F.topk(x, count, node:axis(node:get("axis", -1), x.ndim),
      node:get("largest", 1) == 1)
    return values, positions - 1
  end
end
