--- Arithmetic, comparisons, activations, casts. Formulas: c/op and https://onnx.ai/onnx/operators.

--- One operator of ONNX with the same inputs.
local SAME = {
  abs = "Abs", sign = "Sign", add = "Add", sub = "Sub", mul = "Mul", neg = "Neg", exp = "Exp",
  log = "Log", sqrt = "Sqrt", sin = "Sin", cos = "Cos", tan = "Tan", arcsin = "Asin",
  arccos = "Acos", arctan = "Atan", sinh = "Sinh", cosh = "Cosh", tanh = "Tanh",
  arcsinh = "Asinh", arccosh = "Acosh", arctanh = "Atanh", erf = "Erf", floor = "Floor",
  ceil = "Ceil", round = "Round", sigmoid = "Sigmoid", relu = "Relu", maximum = "Max",
  minimum = "Min", logical_not = "Not", logical_and = "And", logical_or = "Or", lt = "Less",
  le = "LessOrEqual", gt = "Greater", ge = "GreaterOrEqual", eq = "Equal", pow = "Pow",
  isnan = "IsNaN", isinf = "IsInf", where = "Where", copy = "Identity",
}

--- The same with a number on the right, of the dtype of x.
local WITH_NUMBER = {
  lt_number = "Less", le_number = "LessOrEqual", gt_number = "Greater",
  ge_number = "GreaterOrEqual", eq_number = "Equal",
}

local FLOATS = { float32 = true, float64 = true }

local function all_inputs(call)
  local list = {}
  for i = 1, call:count() do list[i] = call:input(i) end
  return list
end

--- What many formulas below are made of.
local function mul(call, a, b) return call:node("Mul", { a, b }) end
local function add(call, a, b) return call:node("Add", { a, b }) end

local function times(call, x, number)
  return number == 1 and x or mul(call, x, call:scalar(number))
end

local function plus(call, x, number)
  return number == 0 and x or add(call, x, call:scalar(number))
end

local function comparisons(rules)
  for name, kind in pairs(WITH_NUMBER) do
    rules[name] = function(call)
      return call:node(kind, { call:input "x", call:scalar(call:number "number", call:dtype "x") })
    end
  end
  function rules.ne(call) return call:node("Not", { rules.eq(call) }) end
  function rules.ne_number(call) return call:node("Not", { rules.eq_number(call) }) end

  function rules.isfinite(call)
    local x = call:input "x"
    local either = { call:node("IsNaN", { x }), call:node("IsInf", { x }) }
    return call:node("Not", { call:node("Or", either) })
  end
end

local function division(rules)
  --- Floats: floor(a / b). Integers, which ONNX divides towards 0: (a - a mod b) / b.
  local function floordiv(call, a, b)
    if FLOATS[call:dtype(1)] then return call:node("Floor", { call:node("Div", { a, b }) }) end
    local whole = call:node("Sub", { a, call:node("Mod", { a, b }) })
    return call:node("Div", { whole, b })
  end
  --- Floats: a - b floor(a / b), as ONNX's operator for them has the sign of a.
  local function mod(call, a, b)
    if not FLOATS[call:dtype(1)] then return call:node("Mod", { a, b }) end
    return call:node("Sub", { a, mul(call, b, floordiv(call, a, b)) })
  end
  local function div(call, a, b) return call:node("Div", { a, b }) end
  for name, f in pairs { div = div, mod = mod, floordiv = floordiv } do
    rules[name] = function(call) return f(call, call:input "a", call:input "b") end
    rules[name .. "_number"] = function(call)
      return f(call, call:input "x", call:scalar(call:number "number", call:dtype "x"))
    end
    rules["r" .. name] = function(call)
      return f(call, call:scalar(call:number "number", call:dtype "x"), call:input "x")
    end
  end
  function rules.fmod(call)
    return call:node("Mod", { call:input "a", call:input "b" }, { fmod = 1 })
  end
end

local function powers(rules)
  function rules.affine(call)
    local scale, shift = call:number "scale", call:number "shift"
    local x = call:input "x"
    return plus(call, scale == -1 and call:node("Neg", { x }) or times(call, x, scale), shift)
  end
  function rules.square(call) return mul(call, call:input "x", call:input "x") end
  function rules.pow_number(call)
    return call:node("Pow", { call:input "x", call:scalar(call:number "p") })
  end
  function rules.rpow(call)
    return call:node("Pow", { call:scalar(call:number "base"), call:input "x" })
  end
  function rules.rsqrt(call)
    return call:node("Reciprocal", { call:node("Sqrt", { call:input "x" }) })
  end
  function rules.expm1(call) return plus(call, call:node("Exp", { call:input "x" }), -1) end
  function rules.log1p(call) return call:node("Log", { plus(call, call:input "x", 1) }) end
  for name, base in pairs { log2 = 2, log10 = 10 } do
    rules[name] = function(call)
      return times(call, call:node("Log", { call:input "x" }), 1 / math.log(base))
    end
  end
  function rules.erfc(call)
    return call:node("Sub", { call:scalar(1), call:node("Erf", { call:input "x" }) })
  end
  --- The share of the normal distribution below x, erf(x / sqrt 2) / 2 + 1 / 2.
  function rules.ndtr(call)
    local y = call:node("Erf", { times(call, call:input "x", math.sqrt(0.5)) })
    return plus(call, times(call, y, 0.5), 0.5)
  end
  --- sign(x) floor(|x|).
  function rules.fix(call)
    local x = call:input "x"
    return mul(call, call:node("Sign", { x }), call:node("Floor", { call:node("Abs", { x }) }))
  end
  function rules.linear_interpolate(call)
    local p, rest = call:input "p", call:node("Sub", { call:scalar(1), call:input "p" })
    return add(call, mul(call, p, call:input "a"), mul(call, rest, call:input "b"))
  end
end

local function clips(rules)
  local function clip(call, low, high)
    return call:node("Clip", { call:input "x", call:scalar(low), call:scalar(high) })
  end
  function rules.clip(call) return clip(call, call:number "min", call:number "max") end
  rules.hardtanh = rules.clip
  function rules.clipped_relu(call) return clip(call, 0, call:number "z") end
  function rules.relu6(call) return clip(call, 0, 6) end
  function rules.hard_sigmoid(call)
    return call:node("HardSigmoid", { call:input "x" }, {
      alpha = { float = 0.2 }, beta = { float = 0.5 },
    })
  end
end

local function activations(rules)
  function rules.leaky_relu(call)
    return call:node("LeakyRelu", { call:input "x" }, { alpha = { float = call:number "slope" } })
  end
  function rules.elu(call)
    return call:node("Elu", { call:input "x" }, { alpha = { float = call:number "alpha" } })
  end
  function rules.selu(call)
    return call:node("Selu", { call:input "x" }, {
      alpha = { float = call:number "alpha" }, gamma = { float = call:number "scale" },
    })
  end
  function rules.prelu(call)
    return call:node("PRelu", { call:input "x", call:spread("W", 1, call:ndim "x") })
  end
  function rules.rrelu(call) return call:node("PRelu", { call:input "x", call:input "r" }) end
  --- Outside of training all slopes are one number.
  function rules.rrelu_slopes(call)
    local low = call:number "low"
    if low ~= call:number "high" then call:refuse("it draws numbers") end
    return call:node("Expand", { call:scalar(low), call:size_list(call:output_shape()) })
  end
  function rules.softplus(call)
    local beta = call:number "beta"
    return times(call, call:node("Softplus", { times(call, call:input "x", beta) }), 1 / beta)
  end
  --- -softplus(-x).
  function rules.logsigmoid(call)
    local minus = call:node("Neg", { call:input "x" })
    return call:node("Neg", { call:node("Softplus", { minus }) })
  end
  function rules.silu(call)
    return mul(call, call:input "x", call:node("Sigmoid", { call:input "x" }))
  end
  function rules.swish(call)
    local x = call:input "x"
    local inner = mul(call, x, call:spread("beta", 1, call:ndim "x"))
    return mul(call, x, call:node("Sigmoid", { inner }))
  end
  function rules.mish(call)
    local x = call:input "x"
    return mul(call, x, call:node("Tanh", { call:node("Softplus", { x }) }))
  end
  --- x / 2 (1 + erf(x / sqrt 2)), or by tanh: x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
  function rules.gelu(call)
    local x = call:input "x"
    local inner = x
    if call:number "by_tanh" == 1 then
      local cube = mul(call, mul(call, x, x), x)
      inner = times(call, add(call, inner, times(call, cube, 0.044715)), math.sqrt(2 / math.pi))
      inner = call:node("Tanh", { inner })
    else
      inner = call:node("Erf", { times(call, inner, math.sqrt(0.5)) })
    end
    return mul(call, times(call, x, 0.5), plus(call, inner, 1))
  end
end

return function(rules)
  for name, kind in pairs(SAME) do
    rules[name] = function(call) return call:node(kind, all_inputs(call)) end
  end
  comparisons(rules)
  division(rules)
  powers(rules)
  clips(rules)
  activations(rules)
  function rules.cast(call) return call:cast(call:input "x", call:output_dtype()) end
  function rules.full_beside(call)
    return call:node("Identity", { call:scalar(call:number "value") })
  end
  --- In training: what is dropped out is drawn anew by whoever runs the file.
  function rules.dropout(call)
    call.graph.draws = true
    return call:node("Dropout", {
      call:input "x", call:scalar(call:number "ratio", "float32"), call:scalar(1, "bool"),
    })
  end
  --- x y and x + y, where the axes of y are those of x from `axis` on.
  for name, kind in pairs { scale_along = "Mul", bias_along = "Add" } do
    rules[name] = function(call)
      local ndim = call:ndim "x"
      local y = call:spread("y", call:axis(call:number "axis", ndim), ndim)
      return call:node(kind, { call:input "x", y })
    end
  end
end
