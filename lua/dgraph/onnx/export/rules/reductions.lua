--- Sums, means, extrema, softmax. Formulas: c/op and https://onnx.ai/onnx/operators.
local sizes = require "dgraph.onnx.export.sizes"

local SAME = {
  sum = "ReduceSum", mean = "ReduceMean", max = "ReduceMax", min = "ReduceMin", prod = "ReduceProd",
  logsumexp = "ReduceLogSumExp",
}

--- How many elements of x go into one result.
local function elements(call, axes)
  local count = 1
  for _, axis in ipairs(axes) do count = count * call:size("x", axis + 1) end
  return count
end

--- The sum of (x - mean)^2 over n - correction.
local function variance(call)
  local x, axes = call:input "x", call:axes()
  local correction, keepdims = call:number "correction", call:number "keepdims"
  local rest = call:node("Sub", { x, call:reduce("ReduceMean", x, axes, 1) })
  local y = call:reduce("ReduceMean", call:node("Mul", { rest, rest }), axes, keepdims)
  if correction == 0 then return y end
  local n = elements(call, axes)
  return call:node("Mul", { y, call:scalar(n / (n - correction)) })
end

--- Where an extremum is; over several axes in row-major order.
local function place_of(kind)
  return function(call)
    local x, axes, base = call:input "x", call:axes(), call:number "base"
    local keepdims, y = call:number "keepdims", nil
    if #axes == 1 then
      y = call:node(kind, { x }, { axis = axes[1], keepdims = keepdims })
    elseif #axes == call:ndim "x" then
      local ones = {}
      if keepdims == 1 then
        for i = 1, #axes do ones[i] = 1 end
      end
      local flat = call:node("Reshape", { x, call:integers { -1 } })
      y = call:node(kind, { flat }, { axis = 0, keepdims = 1 })
      y = call:node("Reshape", { y, call:integers(ones) })
    else
      call:refuse("over some of several axes it has no operator of ONNX")
    end
    return base == 0 and y or call:node("Add", { y, call:scalar(base, "int64") })
  end
end

--- Of bools: the extremum of zeros and ones.
local function of_bools(kind)
  return function(call)
    local x = call:input "x"
    local whole = call:dtype "x" == "bool" and x or call:cast(x, "bool")
    local y = call:reduce(kind, call:cast(whole, "int32"), call:axes(), call:number "keepdims")
    return call:cast(y, "bool")
  end
end

return function(rules)
  for name, kind in pairs(SAME) do
    rules[name] = function(call)
      if call:ndim "x" == 0 then return call:node("Identity", { call:input "x" }) end
      return call:reduce(kind, call:input "x", call:axes(), call:number "keepdims")
    end
  end
  rules.argmax, rules.argmin = place_of "ArgMax", place_of "ArgMin"
  rules.any, rules.all = of_bools "ReduceMax", of_bools "ReduceMin"
  rules.var = variance
  function rules.std(call) return call:node("Sqrt", { variance(call) }) end

  function rules.softmax(call)
    return call:node("Softmax", { call:input "x" }, { axis = call:number "axis" })
  end
  function rules.log_softmax(call)
    return call:node("LogSoftmax", { call:input "x" }, { axis = call:number "axis" })
  end

  function rules.cumsum(call)
    return call:node("CumSum", { call:input "x", call:scalar(call:number "axis", "int64") },
      { reverse = call:number "reverse" })
  end

  --- All of them are the greatest; where they were is the second result.
  function rules.argsort(call)
    local axis = call:axis(call:number "axis", call:ndim "x")
    local _, at = call:node("TopK", { call:input "x", call:integers { call:size("x", axis + 1) } },
      { axis = axis, largest = call:number "descending", sorted = 1 }, 2)
    local base = call:number "base"
    return base == 0 and at or call:node("Add", { at, call:scalar(base, "int64") })
  end

  --- The mean of (a - b)^2.
  function rules.mean_squared_error(call)
    local rest, axes = call:node("Sub", { call:input "a", call:input "b" }), {}
    for i = 1, call:ndim "a" do axes[i] = i - 1 end
    return call:reduce("ReduceMean", call:node("Mul", { rest, rest }), axes, 0)
  end

  --- x / (its length + eps).
  function rules.normalize(call)
    local x = call:input "x"
    local length = call:reduce("ReduceL2", x, call:axes(), 1)
    return call:node("Div", { x, call:node("Add", { length, call:scalar(call:number "eps") }) })
  end

  --- Sums over what was spread.
  function rules.sum_to(call)
    local from, to, axes, kept = call:shape "x", call:output_shape(), {}, {}
    local more = #from - #to
    for i, size in ipairs(from) do
      kept[i] = size
      if i <= more or not sizes.same(size, to[i - more]) then
        axes[#axes + 1], kept[i] = i - 1, 1
      end
    end
    local x = call:input "x"
    if #axes > 0 then x = call:reduce("ReduceSum", x, axes, 1) end
    return call:reshape(x, kept, to)
  end
end
