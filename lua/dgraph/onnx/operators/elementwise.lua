--- Arithmetic, comparisons and activations. Formulas: https://onnx.ai/onnx/operators.
local F = require "dgraph.functions"
local onnx_file = require "dgraph.onnx.file"

--- What is one function of ours, of as many tensors.
local SAME = {
  Add = F.add, Sub = F.sub, Mul = F.mul, Neg = F.neg, Abs = F.abs, Exp = F.exp,
  Log = F.log, Sqrt = F.sqrt, Sin = F.sin, Cos = F.cos, Tan = F.tan, Asin = F.arcsin,
  Acos = F.arccos, Atan = F.arctan, Sinh = F.sinh, Cosh = F.cosh, Asinh = F.arcsinh,
  Acosh = F.arccosh, Atanh = F.arctanh, Erf = F.erf, Floor = F.floor, Ceil = F.ceil,
  Round = F.round, Sign = F.sign, Sigmoid = F.sigmoid, Tanh = F.tanh, Relu = F.relu,
  Mish = F.mish, Not = F.logical_not, And = F.logical_and, Or = F.logical_or, Equal = F.eq,
  Less = F.lt, LessOrEqual = F.le, Greater = F.gt, GreaterOrEqual = F.ge, IsNaN = F.isnan,
  Where = F.where,
}

--- One function of ours, from the first to the last input.
local JOINED = { Max = F.maximum, Min = F.minimum, Sum = F.add, Mean = F.add }

local FLOATS = { float16 = true, bfloat16 = true, float32 = true, float64 = true }

return function(operators)
  for name, f in pairs(SAME) do
    operators[name] = function(_, ...) return f(...) end
  end
  for name, f in pairs(JOINED) do
    operators[name] = function(_, first, ...)
      local y = first
      for i = 1, select("#", ...) do
        local x = select(i, ...)
        if x ~= nil then y = f(y, x) end
      end
      return y
    end
  end

  local sum = operators.Mean
  function operators.Mean(node, ...) return sum(node, ...) / node.inputs end

  operators.Identity = function(_, x) return x end

  --- Of integers: rounded to 0, as in C.
  function operators.Div(_, a, b)
    if FLOATS[a.dtype] then return F.div(a, b) end
    local quotient = F.floordiv(F.abs(a), F.abs(b))
    return quotient * F.sign(a) * F.sign(b)
  end

  function operators.Mod(node, a, b)
    if node:get("fmod", 0) == 0 then return F.mod(a, b) end
    if FLOATS[a.dtype] then return F.fmod(a, b) end
    return a - operators.Div(node, a, b) * b
  end

  --- The result has the dtype of a, whatever b has.
  function operators.Pow(_, a, b)
    if FLOATS[a.dtype] then return F.pow(a, b.dtype == a.dtype and b or F.cast(b, a.dtype)) end
    return F.cast(F.pow(F.cast(a, "float64"), F.cast(b, "float64")), a.dtype)
  end

  function operators.Xor(_, a, b) return F.ne(a, b) end
  function operators.Reciprocal(_, x) return 1 / x end
  function operators.Swish(node, x) return x * F.sigmoid(x * node:get("alpha", 1)) end
  function operators.Softplus(_, x) return F.softplus(x) end
  function operators.Softsign(_, x) return x / (F.abs(x) + 1) end
  function operators.HardSwish(_, x) return x * F.clip(x / 6 + 0.5, 0, 1) end
  function operators.LeakyRelu(node, x) return F.leaky_relu(x, node:get("alpha", 0.01)) end
  function operators.Elu(node, x) return F.elu(x, node:get("alpha", 1)) end

  function operators.Selu(node, x)
    return F.selu(x, node:get("alpha", 1.67326319217681884765625),
      node:get("gamma", 1.05070102214813232421875))
  end

  function operators.Celu(node, x)
    local alpha = node:get("alpha", 1)
    return F.relu(x) + F.elu(-F.relu(-x) / alpha) * alpha
  end

  function operators.ThresholdedRelu(node, x)
    return F.where(F.gt(x, node:get("alpha", 1)), x, x * 0)
  end

  function operators.HardSigmoid(node, x)
    return F.clip(x * node:get("alpha", 0.2) + node:get("beta", 0.5), 0, 1)
  end

  function operators.Gelu(node, x) return F.gelu(x, node:get("approximate", "none")) end
  function operators.PRelu(_, x, slope) return F.relu(x) - slope * F.relu(-x) end

  function operators.IsInf(node, x)
    if node:get("detect_negative", 1) == 0 then return F.eq(x, math.huge) end
    if node:get("detect_positive", 1) == 0 then return F.eq(x, -math.huge) end
    return F.isinf(x)
  end

  --- The bounds are attributes up to operator set 10, inputs from then on.
  function operators.Clip(node, x, low, high)
    local least = low and node:numbers(2, low)[1] or node:get("min", -math.huge)
    local most = high and node:numbers(3, high)[1] or node:get("max", math.huge)
    if FLOATS[x.dtype] then return F.clip(x, math.min(least, most), most) end
    if low then x = F.maximum(x, low) end
    return high and F.minimum(x, high) or x
  end

  function operators.Cast(node, x)
    local dtype = onnx_file.dtype(node:need "to")
    if not dtype then
      node:refuse("the dtype %s is not supported", tostring(node:need "to"))
    end
    return F.cast(x, dtype)
  end

  function operators.CastLike(_, x, like) return F.cast(x, like.dtype) end
end
