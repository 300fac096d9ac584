--- Checks of gradients against differences of function values.
local backward = require "dgraph.backward"
local check = require "dgraph.check"
local create = require "dgraph.create"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local is_tensor, raisef = native.is_tensor, errors.raisef

local gradient_check = {}

-- -- Tensors as lists of numbers ----------------------------------------------------------------

local function flatten(value, list)
  if type(value) == "table" then
    for i = 1, #value do flatten(value[i], list) end
  else
    list[#list + 1] = type(value) == "boolean" and (value and 1 or 0) or value
  end
  return list
end

--- All elements of a tensor, nested table or number, row-major.
local function numbers_of(value)
  return flatten(is_tensor(value) and value:totable() or value, {})
end

local function tensor_of(numbers, shape, dtype)
  local x = create.zeros(shape, { dtype = dtype })
  if #numbers == 0 then return x end
  local p = x:pointer()
  for i = 1, #numbers do p[i - 1] = numbers[i] end
  x:touch()
  return x
end

--- The place of element `at` (from 1) as it is indexed: "[2][3]".
local function place(at, shape)
  local text, rest = "", at - 1
  for axis = #shape, 1, -1 do
    text = ("[%d]"):format(rest % shape[axis] + 1) .. text
    rest = math.floor(rest / shape[axis])
  end
  return text == "" and "[]" or text
end

local function is_float(x) return dtypes.names_float(x.dtype) end

--- A list of tensors out of nil, one tensor, or a list, which may have holes (false).
local function list_of(value)
  if value == nil then return {} end
  return is_tensor(value) and { value } or value
end

--- What a function returned, as a list of tensors: several values or one table.
local function outputs_of(...)
  if select("#", ...) == 1 and type((...)) == "table" then return (...) end
  return { ... }
end

--- A reproducible stream of numbers in [0, 1); no state is shared with math.random.
local function generator(seed)
  local state = seed % 2147483646 + 1
  return function()
    state = state * 16807 % 2147483647
    return state / 2147483647
  end
end

-- -- Numerical gradients ------------------------------------------------------------------------

---@class dgraph.NondifferentiableError
---@field message string
local NondifferentiableError = {}
NondifferentiableError.__index = NondifferentiableError
function NondifferentiableError:__tostring() return self.message end
gradient_check.NondifferentiableError = NondifferentiableError

--- How far five evenly spaced values are from any parabola: the lengths of their cubic and quartic
--- parts, as a root mean square; and their standard deviation.
local function roughness(y)
  local cubic = -y[1] + 2 * y[2] - 2 * y[4] + y[5]
  local quartic = y[1] - 4 * y[2] + 6 * y[3] - 4 * y[4] + y[5]
  local mean, square = 0, 0
  for i = 1, 5 do mean = mean + y[i] / 5 end
  for i = 1, 5 do square = square + (y[i] - mean) ^ 2 end
  return math.sqrt((cubic ^ 2 / 10 + quartic ^ 2 / 70) / 5), math.sqrt(square / 5)
end

local function refuse_corner(values, what, options)
  for k = 1, #values[1] do
    local y, odd = {}, 0
    for i = 1, 5 do
      y[i] = values[i][k]
      if y[i] ~= y[i] then odd = odd + 1 end
    end
    local rough, deviation = roughness(y)
    local allowed = (options.diff_atol or 0) + (options.diff_rtol or 1e-2) * deviation
      + 1e-13 * math.abs(y[3]) -- what rounding alone may do
    if odd % 5 ~= 0 or rough > allowed then
      error(setmetatable({
        message = ("numerical_grad: the function is not differentiable at %s: its values around "
          .. "there are %.9g, %.9g, %.9g, %.9g, %.9g"):format(what, unpack(y)),
      }, NondifferentiableError), 0)
    end
  end
end

local NUMERICAL_OPTIONS = {
  detect_nondifferentiable = true, diff_atol = true, diff_rtol = true, eps = true,
}

--- The sum of the output gradients times what f's outputs change, for each element of each input
--- that moves by eps to either side. The inputs are changed in place and restored; they must be
--- contiguous. With `detect_nondifferentiable` a step or corner raises a NondifferentiableError.
---@param f fun(...: dgraph.Tensor): dgraph.Tensor ...  gets the inputs, and may as well ignore them
---@param inputs dgraph.Tensor|dgraph.Tensor[]
---@param grad_outputs dgraph.Tensor|(dgraph.Tensor|false)[]
---@param eps? number  1e-3
---@param options? { detect_nondifferentiable?: boolean, diff_atol?: number, diff_rtol?: number }
---@return dgraph.Tensor[] gradients  one for each input
function gradient_check.numerical_grad(f, inputs, grad_outputs, eps, options)
  if type(eps) == "table" then eps, options = nil, eps end
  options = check.options(options, "numerical_grad", NUMERICAL_OPTIONS)
  eps = eps or options.eps or 1e-3
  inputs, grad_outputs = list_of(inputs), list_of(grad_outputs)
  local weights = {}
  for k = 1, #grad_outputs do
    weights[k] = grad_outputs[k] and numbers_of(grad_outputs[k]) or false
  end

  local function evaluate()
    local values, outputs = {}, outputs_of(f(unpack(inputs)))
    for k = 1, #weights do
      local list = weights[k] and numbers_of(outputs[k]) or {}
      if weights[k] and #list ~= #weights[k] then
        raisef("numerical_grad: output %d has %d elements, its gradient %d", k, #list, #weights[k])
      end
      for i = 1, #list do values[#values + 1] = list[i] * weights[k][i] end
    end
    return values
  end

  local steps = options.detect_nondifferentiable and { -1, -0.5, 0, 0.5, 1 } or { -1, 1 }
  local gradients = {}
  for n, x in ipairs(inputs) do
    local p, slopes, shape = x:pointer(), {}, x.shape
    for i = 1, x.size do
      local values, original = {}, p[i - 1]
      for s, step in ipairs(steps) do
        p[i - 1] = original + step * eps
        x:touch()
        values[s] = evaluate()
      end
      p[i - 1] = original
      x:touch()
      if #steps == 5 then
        refuse_corner(values, ("input %d at %s"):format(n, place(i, shape)), options)
      end
      local sum, low, high = 0, values[1], values[#steps]
      for k = 1, #low do sum = sum + (high[k] - low[k]) end
      slopes[i] = sum / (2 * eps)
    end
    gradients[n] = tensor_of(slopes, shape, x.dtype)
  end
  return gradients
end

-- -- Comparisons --------------------------------------------------------------------------------

--- Raises an error that shows what differs unless |a - b| <= atol + rtol |b| for every element. NaN
--- equals NaN.
---@param a dgraph.Tensor|table|number  what came out
---@param b dgraph.Tensor|table|number  what was expected
---@param atol? number  1e-5
---@param rtol? number  1e-4
---@param what? string  put in front of the error's text
function gradient_check.assert_allclose(a, b, atol, rtol, what)
  atol, rtol, what = atol or 1e-5, rtol or 1e-4, what and what .. ": " or ""
  local x, y = numbers_of(a), numbers_of(b)
  local shape = is_tensor(a) and a.shape or is_tensor(b) and b.shape or { #x }
  if is_tensor(a) and is_tensor(b) then
    local left, right = table.concat(a.shape, "x"), table.concat(b.shape, "x")
    if left ~= right then raisef("%sshape %s, wanted %s", what, left, right) end
  end
  if #x ~= #y then raisef("%s%d elements, wanted %d", what, #x, #y) end
  local wrong, worst, excess = 0, nil, -1
  for i = 1, #x do
    local same = x[i] == y[i] or (x[i] ~= x[i] and y[i] ~= y[i])
    local over = math.abs(x[i] - y[i]) - atol - rtol * math.abs(y[i])
    if over ~= over then over = math.huge end
    if not same and over > 0 then
      wrong = wrong + 1
      if over > excess then worst, excess = i, over end
    end
  end
  if wrong == 0 then return end
  raisef("%s%d of %d elements differ; at %s it is %.9g, wanted %.9g (allowed: %g + %g of it)", what,
    wrong, #x, place(worst, shape), x[worst], y[worst], atol, rtol)
end

-- -- check_backward -----------------------------------------------------------------------------

---@class dgraph.CheckOptions
---@field eps? number  how far to either side the function is evaluated; 1e-3
---@field atol? number  1e-5
---@field rtol? number  1e-4
---@field no_grads? boolean[]  true for each input that is not checked
---@field dtype? dgraph.Dtype|false  inputs are cast to it; float64 unless there are parameters
---@field seed? integer  another random direction

local CHECK_OPTIONS = {
  eps = true, atol = true, rtol = true, no_grads = true, dtype = true, seed = true,
}

--- A direction of length 1 in the space of all elements, none of its parts near zero.
local function directions(variables, seed)
  local random, list, square = generator(seed), {}, 0
  for n, x in ipairs(variables) do
    list[n] = {}
    for i = 1, x.size do
      local part = (0.5 + random()) * (random() < 0.5 and -1 or 1)
      list[n][i], square = part, square + part * part
    end
  end
  for _, parts in ipairs(list) do
    for i = 1, #parts do parts[i] = parts[i] / math.sqrt(square) end
  end
  return list
end

--- The sum of all output elements, each times its gradient, in double.
local function weighted_sum(ys, weights)
  local sum = 0
  for k = 1, #ys do
    local list = weights[k] and numbers_of(ys[k]) or {}
    for i = 1, #list do sum = sum + list[i] * weights[k][i] end
  end
  return sum
end

--- Output gradients, one for each output; nil stands for 1.
local function seeds_of(ys, y_grad, dtype)
  local given, seeds = list_of(y_grad), {}
  for k, y in ipairs(ys) do
    local g = given[k]
    if g then
      if table.concat(g.shape, "x") ~= table.concat(y.shape, "x") then
        raisef("check_backward: output %d has shape %s, its gradient %s", k,
          table.concat(y.shape, "x"), table.concat(g.shape, "x"))
      end
      seeds[k] = dtype and g.dtype ~= dtype and create.tensor(g, dtype) or g
    elseif y_grad == nil and #ys == 1 and y.size ~= 1 then
      raisef("check_backward: an output of shape %s needs y_grad", table.concat(y.shape, "x"))
    else
      seeds[k] = g == nil and create.ones_like(y)
    end
  end
  if #given > #ys then raisef("check_backward: %d gradients for %d outputs", #given, #ys) end
  return seeds
end

--- The gradients of what can have one; `false` where none flows.
local function gradients_of(ys, seeds, variables, doubled)
  local roots, starts, wanted, places, result = {}, {}, {}, {}, {}
  for k, y in ipairs(ys) do
    if seeds[k] and is_float(y) and y.requires_grad then
      roots[#roots + 1], starts[#starts + 1] = y, seeds[k]
    end
  end
  for n, x in ipairs(variables) do
    result[n] = false
    if x.requires_grad then wanted[#wanted + 1], places[#places + 1] = x, n end
  end
  if #roots == 0 or #wanted == 0 then return result end
  local options = { enable_double_backprop = doubled, retain_graph = true }
  local gradients = backward.grad(roots, wanted, starts, options)
  for i = 1, #wanted do result[places[i]] = gradients[i] or false end
  return result
end

--- Which element's gradient is furthest from the numerical one, as text.
local function furthest(evaluate, variables, gradients, checked, eps)
  local text, worst = "", -1
  for n, x in ipairs(variables) do
    local original = checked[n] and numbers_of(x) or {}
    local analytic = gradients[n] and numbers_of(gradients[n]) or {}
    for i = 1, #original do
      local function at(step)
        return evaluate(function(m, k) return m == n and k == i and step or 0 end)
      end
      local numerical, got = (at(eps) - at(-eps)) / (2 * eps), analytic[i] or 0
      local off = math.abs(got - numerical)
      if off > worst or off ~= off then
        worst = off ~= off and math.huge or off
        text = ("furthest off: variable %d at %s, gradient %.9g, numerical %.9g"):format(n,
          place(i, x.shape), got, numerical)
      end
    end
  end
  return text
end

--- A function of steps: f's weighted sum where element k of variable n is `step(n, k)` further.
local function evaluator(f, xs, params, weights)
  local base = {}
  for n, x in ipairs(xs) do base[n] = numbers_of(x) end
  for n, x in ipairs(params) do base[#xs + n] = numbers_of(x) end

  local function moved(n, step)
    local numbers = {}
    for i = 1, #base[n] do numbers[i] = base[n][i] + step(n, i) end
    return numbers
  end

  local function write(x, numbers)
    if #numbers > 0 then x.data = tensor_of(numbers, x.shape, x.dtype) end
  end

  return function(step)
    local inputs = {}
    for n, x in ipairs(xs) do
      inputs[n] = is_float(x) and tensor_of(moved(n, step), x.shape, x.dtype) or x
    end
    for n, x in ipairs(params) do write(x, moved(#xs + n, step)) end
    local ok, result = pcall(function()
      return weighted_sum(outputs_of(f(unpack(inputs))), weights)
    end)
    for n, x in ipairs(params) do write(x, base[#xs + n]) end
    if not ok then error(result, 0) end
    return result
  end
end

--- Leaves of their own, cast, out of what the caller gave.
local function leaves_of(x_data, no_grads, dtype)
  local xs = {}
  for n, x in ipairs(list_of(x_data)) do
    check.tensor(x, "check_backward", ("x_data[%d]"):format(n))
    xs[n] = create.tensor(x, is_float(x) and dtype or x.dtype)
    if is_float(x) and not no_grads[n] then xs[n].requires_grad = true end
  end
  return xs
end

local function run_check(who, f, x_data, y_grad, params, options)
  options = check.options(options, who, CHECK_OPTIONS)
  params = list_of(params)
  local dtype = options.dtype
  if dtype == nil and #params == 0 then dtype = "float64" end
  local eps, atol, rtol = options.eps or 1e-3, options.atol or 1e-5, options.rtol or 1e-4
  local xs = leaves_of(x_data, options.no_grads or {}, dtype)
  local ys = outputs_of(f(unpack(xs)))
  local seeds, weights, variables, checked = seeds_of(ys, y_grad, dtype), {}, {}, {}
  for k = 1, #ys do weights[k] = seeds[k] and numbers_of(seeds[k]) or false end
  for _, x in ipairs(xs) do variables[#variables + 1] = x end
  for _, x in ipairs(params) do variables[#variables + 1] = x end
  local gradients = gradients_of(ys, seeds, variables, false)

  local direction = directions(variables, options.seed or 1)
  local analytic = 0
  for n, x in ipairs(variables) do
    checked[n] = x.requires_grad
    local list = gradients[n] and numbers_of(gradients[n]) or {}
    for i = 1, #list do analytic = analytic + list[i] * direction[n][i] end
  end
  local evaluate = evaluator(f, xs, params, weights)
  local function along(distance)
    return evaluate(function(n, i) return checked[n] and distance * direction[n][i] or 0 end)
  end
  local numerical = (along(eps) - along(-eps)) / (2 * eps)
  if math.abs(analytic - numerical) <= atol + rtol * math.abs(numerical) then return end
  raisef("%s: in a random direction the gradient is %.9g, numerically %.9g (allowed: %g + %g of "
    .. "it); %s", who, analytic, numerical, atol, rtol,
    furthest(evaluate, variables, gradients, checked, eps))
end

--- Compares the gradient of f with a numerical one, both in the same random direction in the space
--- of all inputs and parameters. Raises an error that shows what differs.
---@param f fun(...: dgraph.Tensor): dgraph.Tensor ...
---@param x_data dgraph.Tensor|dgraph.Tensor[]
---@param y_grad dgraph.Tensor|(dgraph.Tensor|false)[]|nil  nil: 1, for one output of one element
---@param params? dgraph.Tensor|dgraph.Tensor[]  what f uses beside its arguments
---@param options? dgraph.CheckOptions
function gradient_check.check_backward(f, x_data, y_grad, params, options)
  run_check("check_backward", f, x_data, y_grad, params, options)
end

--- Compares the second derivative of f with a numerical one: check_backward for the function that
--- computes f's gradients out of its inputs and output gradients.
---@param f fun(...: dgraph.Tensor): dgraph.Tensor ...
---@param x_data dgraph.Tensor|dgraph.Tensor[]
---@param y_grad dgraph.Tensor|dgraph.Tensor[]
---@param x_grad_grad dgraph.Tensor|(dgraph.Tensor|false)[]  weights of the gradients of x
---@param params? dgraph.Tensor|dgraph.Tensor[]
---@param params_grad_grad? dgraph.Tensor|(dgraph.Tensor|false)[]
---@param options? dgraph.CheckOptions
function gradient_check.check_double_backward(f, x_data, y_grad, x_grad_grad, params,
                                              params_grad_grad, options)
  local inputs, seeds, weights = list_of(x_data), list_of(y_grad), {}
  params, x_grad_grad, params_grad_grad =
    list_of(params), list_of(x_grad_grad), list_of(params_grad_grad)
  local count, no_grads, all = #inputs, {}, {}
  for n = 1, count do
    all[n], weights[n] = inputs[n], x_grad_grad[n] or false
    no_grads[n] = options and options.no_grads and options.no_grads[n]
  end
  for k = 1, #seeds do all[count + k] = seeds[k] end
  for n = 1, #params do weights[count + n] = params_grad_grad[n] or false end

  local function first_order(...)
    local xs, gys = { unpack({ ... }, 1, count) }, { select(count + 1, ...) }
    local variables = {}
    for n, x in ipairs(xs) do
      if is_float(x) and not no_grads[n] then x.requires_grad = true end
      variables[n] = x
    end
    for n, x in ipairs(params) do variables[count + n] = x end
    local gradients = gradients_of(outputs_of(f(unpack(xs))), gys, variables, true)
    for n, x in ipairs(variables) do
      gradients[n] = gradients[n] or create.zeros_like(is_float(x) and x or create.tensor(0))
    end
    return gradients
  end

  local settings = {}
  for key, value in pairs(options or {}) do settings[key] = value end
  settings.no_grads = no_grads
  run_check("check_double_backward", first_order, all, weights, params, settings)
end

return gradient_check
