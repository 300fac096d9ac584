local dg = require "dgraph"
local counts = require "spec.support.counts"
local settle = require "spec.support.settle"

local F, testing = dg.F, dg.testing
local HERE = "^spec/testing/function_test_case_spec.lua:%d+: FunctionTestError: "

--- A class of tests of a function whose values are those of `expected`.
local function case_of(name, f, expected)
  local Case = testing.FunctionTestCase:extend(name)
  function Case:generate_inputs() -- luacheck: no self
    return dg.random.uniform(-1, 1, { 2, 3 })
  end
  function Case:forward(inputs) return f(unpack(inputs)) end -- luacheck: no self
  function Case:forward_expected(inputs) -- luacheck: no self
    return (expected or f)(unpack(inputs))
  end
  return Case
end

local function names_of(case)
  local names = {}
  for name in case:tests() do names[#names + 1] = name end
  return names
end

--- The error of one test.
local function error_of(case, wanted)
  for name, test in case:tests() do
    if name == wanted then
      local ok, problem = pcall(test)
      return not ok and problem
    end
  end
  error("there is no test " .. wanted)
end

describe("FunctionTestCase", function()
  for name, test in case_of("tanh", F.tanh):tests() do it("passes for tanh: " .. name, test) end

  it("has three tests, and those of its own", function()
    local Case = case_of("sinh", F.sinh)
    assert.same({ "test_backward", "test_double_backward", "test_forward" }, names_of(Case))
    assert.equal(3, Case:run())
    function Case:test_more() self.more = true end
    function Case.before_test(_, name) Case.last = name end
    Case.skip_backward_test = true
    assert.same({ "test_double_backward", "test_forward", "test_more" }, names_of(Case))
    assert.equal(3, Case:run())
    assert.equal("test_more", Case.last)
    assert.is_nil(Case.more) -- each test has an object of its own
  end)

  it("finds wrong values, shapes, dtypes and numbers of outputs", function()
    local problem = error_of(case_of("exp", F.exp, F.tanh), "test_forward")
    assert.equal(testing.FunctionTestError, getmetatable(problem))
    assert.matches(HERE .. "exp: test_forward: output 1: 6 of 6 elements differ", problem.message)
    assert.equal(problem.message, tostring(problem))
    for text, f in pairs {
      ["output: float32 2x3, wanted float32 2"] = function(x) return F.sum(x, 2) end,
      ["output: float32 2x3, wanted float64 2x3"] = function(x) return x:astype "float64" end,
      ["output: float32 2x3, wanted float32 2x3, float32 2x3"] = function(x) return x, x end,
    } do
      assert.matches(HERE .. "exp: test_forward: " .. text,
        tostring(error_of(case_of("exp", F.exp, f), "test_forward")))
    end
    assert.matches(HERE .. "none: test_forward: forward must return tensors, value 1 is 3",
      tostring(error_of(case_of("none", function() return 3 end, F.exp), "test_forward")))
  end)

  it("allows what its options allow", function()
    local Case = case_of("near", function(x) return x + 1e-3 end, function(x) return x * 1 end)
    assert.matches("elements differ", tostring(error_of(Case, "test_forward")))
    Case.check_forward_options = { atol = 1e-2 }
    assert.is_false(error_of(Case, "test_forward"))
    Case.check_forward_options = { atoll = 1e-2 }
    assert.matches("unknown option", error_of(Case, "test_forward"))
  end)

  it("finds that forward changes its input", function()
    local function change(x)
      local y = F.copy(x)
      x.data = dg.zeros_like(x)
      return y
    end
    for _, contiguous in ipairs { "C", false } do
      local Case = case_of("change", change, F.copy)
      Case.contiguous = contiguous or nil
      assert.matches(HERE .. "change: test_forward: forward has changed input 1",
        tostring(error_of(Case, "test_forward")))
    end
  end)

  it("finds wrong gradients", function()
    local function wrong(x) return F.tanh(x) + dg.tensor(x * 0.1, x.dtype) end
    local problem = error_of(case_of("wrong", wrong), "test_backward")
    assert.equal(testing.FunctionTestError, getmetatable(problem))
    assert.matches(HERE .. "wrong: test_backward: backward is not implemented correctly: "
      .. "check_backward: in a random direction", tostring(problem))
    local Twice = dg.Function:extend "twice_wrong"
    function Twice:forward(x)
      self.x = x
      return x * x
    end
    function Twice:backward(gy) return 2 * gy * self.x:detach() end
    assert.is_false(error_of(case_of("twice", Twice), "test_backward"))
    assert.matches("twice: test_double_backward: double backward is not implemented correctly",
      tostring(error_of(case_of("twice", Twice), "test_double_backward")))
  end)

  it("lets other errors through as they are", function()
    local Case = case_of("broken", function() error("it is broken", 0) end, F.exp)
    for _, name in ipairs { "test_forward", "test_backward", "test_double_backward" } do
      assert.equal("it is broken", error_of(Case, name))
    end
    local Bare = testing.FunctionTestCase:extend "Bare"
    assert.matches("Bare: it has no method generate_inputs", error_of(Bare, "test_forward"))
    Bare.generate_inputs = function() return { 3 } end
    assert.matches("Bare: generate_inputs must return tensors, value 1 is 3",
      error_of(Bare, "test_backward"))
  end)

  it("dodges corners where that is wanted", function()
    local calls = 0
    local Case = case_of("relu", F.relu)
    function Case:generate_inputs() -- luacheck: no self
      calls = calls + 1
      return dg.tensor { calls % 3 == 0 and 0.5 or 0, -1 }
    end
    assert.matches("backward is not implemented", tostring(error_of(Case, "test_backward")))
    Case.dodge_nondifferentiable, calls = true, 0
    assert.is_false(error_of(Case, "test_backward"))
    assert.is_false(error_of(Case, "test_double_backward"))
    assert.is_true(calls >= 6)
    Case.generate_inputs = function() return dg.tensor { 0, 0 } end
    assert.matches("relu: 100 samples, and none where", error_of(Case, "test_backward"))
  end)

  it("takes several inputs and outputs, some of them integers", function()
    local function f(x, at)
      local y = F.select_item(x, at)
      return y, at, F.square(y)
    end
    local Case = case_of("several", f)
    function Case:generate_inputs() -- luacheck: no self
      return { dg.random.uniform(-1, 1, { 2, 3 }), dg.tensor({ 3, 1 }, "int32") }
    end
    assert.equal(3, Case:run())
    Case.contiguous = "C"
    assert.equal(3, Case:run())
    Case.contiguous = "F"
    assert.matches('several: contiguous must be "C" or nil, got "F"',
      error_of(Case, "test_forward"))
  end)

  it("gives strides to forward unless they are unwanted", function()
    local seen
    local Case = case_of("look", function(x)
      seen = x.is_contiguous
      return F.exp(x)
    end, F.exp)
    assert.is_false(error_of(Case, "test_forward"))
    assert.is_false(seen)
    Case.contiguous = "C"
    assert.is_false(error_of(Case, "test_forward"))
    assert.is_true(seen)
  end)

  it("leaves nothing behind", function()
    local Case = case_of("tanh", F.tanh)
    Case:run()
    settle()
    local before = counts()
    Case:run()
    settle()
    assert.same(before, counts())
  end)
end)

describe("unary_math_function_unittest", function()
  for name, test in testing.unary_math_function_unittest(F.sin):tests() do
    it("passes for sin: " .. name, test)
  end

  it("has four tests for each of two shapes and three dtypes", function()
    local Case = testing.unary_math_function_unittest(F.exp)
    assert.equal(24, #names_of(Case))
    assert.equal("test_backward dtype=\"float16\", shape={3, 2}", names_of(Case)[1])
  end)

  it("takes data of a domain, another function and another name", function()
    local function make_data(shape, dtype)
      local function draw() return dg.random.uniform(0.1, 1, shape, "float64"):astype(dtype) end
      return draw(), draw(), draw()
    end
    assert.equal(24, testing.unary_math_function_unittest(F.sqrt, { make_data = make_data }):run())
    assert.equal(24, testing.unary_math_function_unittest(F.rsqrt, function(x)
      return x ^ -0.5
    end, nil, make_data):run())
    local unnamed = testing.unary_math_function_unittest(function(x) return F.exp(x) end, math.exp)
    assert.equal(18, #names_of(unnamed))
    local Wrong = testing.unary_math_function_unittest(F.cos, { func_expected = math.sin })
    assert.matches("cos: test_forward dtype.*elements differ",
      tostring(error_of(Wrong, 'test_forward dtype="float32", shape={}')))
    local Label = testing.unary_math_function_unittest(F.cos, { label_expected = "sin" })
    assert.matches("its node is called cos, wanted sin",
      tostring(error_of(Label, 'test_label dtype="float32", shape={}')))
    local Strict = testing.unary_math_function_unittest(F.exp, { backward_options = { atol = 0,
      rtol = 0 } })
    assert.matches("backward is not implemented",
      tostring(error_of(Strict, 'test_backward dtype="float64", shape={3, 2}')))
    assert.error_matches(function() testing.unary_math_function_unittest(F.relu) end,
      "^unary_math_function_unittest: Lua has no math.relu: func_expected is missing")
    assert.error_matches(function() testing.unary_math_function_unittest(3) end,
      "^unary_math_function_unittest: wanted a function, got 3")
  end)
end)
