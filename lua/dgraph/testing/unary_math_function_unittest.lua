--- Tests of a function of one number that is applied to each element.
--- Source: Chainer.
local FunctionTestCase = require "dgraph.testing.function_test_case"
local TestError = require "dgraph.testing.test_errors".FunctionTestError
local F = require "dgraph.functions"
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local parameterize = require "dgraph.testing.parameterize"

local UnaryMathFunctionTest = FunctionTestCase:extend "UnaryMathFunctionTest"

local WHO = "unary_math_function_unittest"
local OPTIONS = { "func_expected", "label_expected", "make_data", "forward_options",
  "backward_options", "double_backward_options" }

--- What numbers of 16 bits may be off, since each is rounded.
local HALF = { atol = 1e-3, rtol = 2e-3 }

local function make_data_default(shape, dtype)
  local random = require "dgraph.random"
  local function draw() return random.uniform(-1, 1, shape, "float64"):astype(dtype) end
  return draw(), draw(), draw()
end

local function joined(options, more)
  local all = {}
  for key, value in pairs(options) do all[key] = value end
  for key, value in pairs(more or {}) do all[key] = value end
  return all
end

function UnaryMathFunctionTest:before_test()
  local usual = { atol = 1e-4, rtol = 1e-4 }
  self._x, self._gy, self._ggx = self.make_data(self.shape, self.dtype)
  self.check_forward_options = joined(self.dtype == "float16" and HALF or usual,
    self.forward_options)
  self.check_backward_options = joined(usual, self.backward_options)
  self.check_double_backward_options = joined(usual, self.double_backward_options)
end

function UnaryMathFunctionTest:generate_inputs() return self._x end
function UnaryMathFunctionTest:generate_grad_outputs() return { self._gy } end
function UnaryMathFunctionTest:generate_grad_grad_inputs() return { self._ggx } end
function UnaryMathFunctionTest:forward(inputs) return self.func(inputs[1]) end

--- The function of one number, applied to nested tables of them.
local function map(f, value)
  if type(value) ~= "table" then return f(value) end
  local list = {}
  for i, item in ipairs(value) do list[i] = map(f, item) end
  return list
end

function UnaryMathFunctionTest:forward_expected(inputs)
  local x = inputs[1]
  local numbers = x.ndim == 0 and x:item() or x:totable()
  return create.tensor(map(self.func_expected, numbers), x.dtype)
end

--- What its nodes are called. Results in numbers of 16 bits come from a cast.
function UnaryMathFunctionTest:test_label()
  local dtype = self.dtype == "float16" and "float32" or nil
  local creator = self.func(self.leaves({ self._x }, dtype)[1]).creator
  local name = creator and creator.name or "nothing"
  if name ~= self.label_expected then
    self:_fail(TestError, "its node is called %s, wanted %s", name, self.label_expected)
  end
end

--- The name of a function of dgraph.functions: the first one where there are several.
local function name_of(func)
  local found
  for name, f in pairs(F) do
    if f == func and not (found and found < name) then found = name end
  end
  return found
end

--- Makes a class of tests for a function of one tensor: values, gradients, gradients of gradients
--- and the name of its nodes, for shapes 3x2 and none, in float16, float32 and float64.
---@param func fun(x: dgraph.Tensor): dgraph.Tensor
---@param ... any  func_expected, a function of one number: that of this name in Lua's math by
---  default; label_expected, the name of the nodes: that of the function by default; make_data, a
---  function (shape, dtype) that returns x, gy and ggx: from -1 to 1 by default; forward_options,
---  backward_options, double_backward_options: { atol = 1e-4, rtol = 1e-4 } by default, forward in
---  float16 { atol = 1e-3, rtol = 2e-3 }; by position, or by name in one table
---@return dgraph.FunctionTestCase
return function(func, ...)
  check.callable(func, WHO)
  local opts = arguments.read(WHO, OPTIONS, ...)
  local name = name_of(func)
  local expected = opts.func_expected or name and math[name]
  if not expected then
    errors.raisef("%s: Lua has no math.%s: func_expected is missing", WHO, name or "of this name")
  end
  local made = UnaryMathFunctionTest:extend(name or opts.label_expected or "function")
  made.func, made.func_expected = func, expected
  made.label_expected = opts.label_expected or name
  made.skip_label_test = made.label_expected == nil
  made.make_data = opts.make_data or make_data_default
  made.forward_options, made.backward_options = opts.forward_options, opts.backward_options
  made.double_backward_options = opts.double_backward_options
  return parameterize.parameterize(unpack(parameterize.product {
    shape = { { 3, 2 }, {} }, dtype = { "float16", "float32", "float64" },
  }))(made)
end
