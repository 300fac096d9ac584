--- The base of classes of tests. A test is a method whose name begins with "test_"; each one runs
--- on an object of its own.
--
--     for name, test in Case:tests() do it(name, test) end       -- with busted, for one
--     Case:run()                                                 -- without any framework
local BackendConfig = require "dgraph.testing.backend_config"
local F = require "dgraph.functions"
local check = require "dgraph.check"
local class = require "dgraph.class"
local create = require "dgraph.create"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local gradient_check = require "dgraph.gradient_check"
local native = require "dgraph.native"
local parameterize = require "dgraph.testing.parameterize"
local random = require "dgraph.testing.random"
local scope = require "dgraph.scope"

local MOST_SAMPLES = 100

---@class dgraph.TestCase
---@field contiguous "C"|nil  nil: what a test gives to `forward` has strides, if it has axes
---@field dodge_nondifferentiable boolean  draw other inputs where these lie on a corner or step
---@field backend_config dgraph.BackendConfig  of the test that runs
---@field test_name string  its name
local TestCase = class.new "TestCase"
TestCase.dodge_nondifferentiable = false

--- Called before each test.
---@param test_name string
function TestCase:before_test(test_name) end -- luacheck: no unused args

-- -- Running -------------------------------------------------------------------------------------

--- The names of all tests that a class has or takes over, sorted.
local function test_names(case)
  local seen, names, at = {}, {}, case
  while at do
    for name, value in pairs(at) do
      if type(name) == "string" and name:find "^test_." and type(value) == "function"
        and not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
    at = rawget(at, "_base")
  end
  table.sort(names)
  return names
end

local function run(case, params, backend, name, where)
  local test = case()
  for key, value in pairs(params) do test[key] = value end
  test.backend_config, test.test_name, test._where = backend, name, where
  test._spelled = next(params) and parameterize.spell(params)
  local function go()
    test:before_test(name)
    test[name](test)
  end
  if case._random_is_fixed then return random.fixed(scope.scope, go) end
  return scope.scope(go)
end

local function is_skipped(case, params, name)
  local flag = "skip_" .. name:match "^test_(.*)" .. "_test"
  if params[flag] ~= nil then return params[flag] end
  return case[flag]
end

local HOST = { BackendConfig() }

--- Iterates over the tests, for each table of parameters and each device: what it is called, and a
--- function that runs it, which raises an error where it fails.
---@return fun(): string?, function?
function TestCase:tests()
  local list, where, i = {}, errors.where(), 0
  for _, params in ipairs(self._parameters or { {} }) do
    for _, name in ipairs(test_names(self)) do
      local is_everywhere = not self._backend_tests or self._backend_tests[name]
      for _, backend in ipairs(is_everywhere and self._backends or HOST) do
        if not is_skipped(self, params, name) and backend:is_available() then
          local title = name
          if next(params) then title = title .. " " .. parameterize.spell(params) end
          if backend.device ~= "cpu" then title = title .. " on " .. backend.device end
          list[#list + 1] = { title, function() run(self, params, backend, name, where) end }
        end
      end
    end
  end
  return function()
    i = i + 1
    if list[i] then return list[i][1], list[i][2] end
  end
end

--- Runs all tests, up to the first that fails; returns how many there were.
---@return integer
function TestCase:run()
  local count = 0
  for _, test in self:tests() do
    test()
    count = count + 1
  end
  return count
end

-- -- For tests -----------------------------------------------------------------------------------

--- Raises a test's error, at the line that asked for the tests.
function TestCase:_fail(TestError, format, ...)
  error(setmetatable({
    message = ("%s: %s: %s: %s%s: %s"):format(self._where, TestError.name, self._name,
      self.test_name, self._spelled and " " .. self._spelled or "", format:format(...)),
  }, TestError), 0)
end

--- What a method returned, as a list of tensors: several values, or one list.
---@param method string
---@param TestError? table  raised where it is something else; otherwise it is the test's own fault
---@param ... any
---@return dgraph.Tensor[]
function TestCase:_tensors(method, TestError, ...)
  local list, n = { ... }, select("#", ...)
  if n == 1 and type(list[1]) == "table" then
    list = list[1]
    n = #list
  end
  for i = 1, n do
    if not native.is_tensor(list[i]) then
      local text = ("%s must return tensors, value %d is %s"):format(method, i,
        check.spell(list[i]))
      if TestError then self:_fail(TestError, "%s", text) end
      errors.raisef("%s: %s", self._name, text)
    end
  end
  return list
end

--- Calls a method that a class has to have.
function TestCase:_call(method, ...)
  if not self[method] then errors.raisef("%s: it has no method %s", self._name, method) end
  return self:_tensors(method, nil, self[method](self, ...))
end

---@return boolean
function TestCase.is_float(x) return dtypes.names_float(x.dtype) end

--- Random numbers from -1 to 1 for each tensor of floats, false for others.
---@param templates dgraph.Tensor[]
---@return (dgraph.Tensor|false)[]
function TestCase.random_like(templates)
  local numbers = require "dgraph.random"
  local list = {}
  for i, x in ipairs(templates) do
    list[i] = TestCase.is_float(x) and numbers.uniform(-1, 1, x.shape, "float64"):astype(x.dtype)
  end
  return list
end

--- A tensor as it is given to what is tested: on the device, and with strides unless that is
--- unwanted. Gradients flow through.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function TestCase:_given(x)
  if self.contiguous ~= nil and self.contiguous ~= "C" then
    errors.raisef("%s: contiguous must be \"C\" or nil, got %s", self._name,
      check.spell(self.contiguous))
  end
  x = x:to(self.backend_config.device)
  if self.contiguous == "C" or x.ndim == 0 then return x end
  local shape = x.shape
  table.insert(shape, 2, 2)
  return F.copy(F.broadcast_to(F.expand_dims(x, 2), shape))[{ {}, 2 }]
end

--- Leaves with the numbers of some tensors.
---@param tensors dgraph.Tensor[]
---@param dtype? dgraph.Dtype  of floats; nil: their own
---@return dgraph.Tensor[]
function TestCase.leaves(tensors, dtype)
  local list = {}
  for i, x in ipairs(tensors) do
    local is_float = TestCase.is_float(x)
    list[i] = create.tensor(x, { dtype = is_float and dtype or x.dtype, device = "cpu",
      requires_grad = is_float })
  end
  return list
end

--- Runs a check, with other random inputs as long as it meets a corner or step, if that is to be
--- dodged.
---@param f function
function TestCase:_dodging(f)
  if not self.dodge_nondifferentiable then return f() end
  local problem
  for _ = 1, MOST_SAMPLES do
    local ok
    ok, problem = pcall(f)
    if ok then return end
    if getmetatable(problem) ~= gradient_check.NondifferentiableError then error(problem, 0) end
  end
  errors.raisef("%s: %d samples, and none where the function is differentiable; the last: %s",
    self._name, MOST_SAMPLES, tostring(problem))
end

--- Raises a NondifferentiableError where f has a corner or step at some inputs.
---@param f function
---@param inputs dgraph.Tensor[]
---@param weights (dgraph.Tensor|false)[]  of f's outputs
---@param eps? number
function TestCase:_probe(f, inputs, weights, eps)
  if not self.dodge_nondifferentiable then return end
  local xs, floats = TestCase.leaves(inputs, "float64"), {}
  for _, x in ipairs(xs) do
    if TestCase.is_float(x) then floats[#floats + 1] = x:detach() end
  end
  local function moved()
    local given, next_float = {}, 0
    for i, x in ipairs(xs) do
      if TestCase.is_float(x) then
        next_float = next_float + 1
        x = create.tensor(floats[next_float], { dtype = "float64", requires_grad = true })
      end
      given[i] = x
    end
    return f(unpack(given))
  end
  gradient_check.numerical_grad(moved, floats, weights, eps, { detect_nondifferentiable = true })
end

--- Calls a check of gradient_check. That gradients differ becomes the test's error.
---@param TestError table
---@param what string
---@param f function
---@param ... any
function TestCase:_check(TestError, what, f, ...)
  local ok, message = pcall(f, ...)
  if ok then return end
  local text = type(message) == "string" and message:match "check_[%w_]*backward: .*"
  if not text then error(message, 0) end
  self:_fail(TestError, "%s: %s", what, text)
end

local function spell(tensors)
  local words = {}
  for i, x in ipairs(tensors) do
    words[i] = x.dtype .. " " .. (x.ndim == 0 and "scalar" or table.concat(x.shape, "x"))
  end
  return table.concat(words, ", ")
end

--- Raises unless two lists of tensors have the same dtypes, shapes and, nearly, numbers.
---@param TestError table
---@param what string
---@param actual dgraph.Tensor[]
---@param expected dgraph.Tensor[]
---@param options? { atol?: number, rtol?: number }
function TestCase:_compare(TestError, what, actual, expected, options)
  options = check.options(options, self._name, { atol = true, rtol = true })
  local got, wanted = spell(actual), spell(expected)
  if got ~= wanted then self:_fail(TestError, "%s: %s, wanted %s", what, got, wanted) end
  for i, x in ipairs(actual) do
    local ok, message = pcall(gradient_check.assert_allclose, x, expected[i], options.atol,
      options.rtol, ("%s %d"):format(what, i))
    if not ok then self:_fail(TestError, "%s", tostring(message):match(what .. " %d+.*")) end
  end
end

return TestCase
