local dg = require "dgraph"
local counts = require "spec.support.counts"
local settle = require "spec.support.settle"

local F, L, testing = dg.F, dg.L, dg.testing
local initializers = dg.initializers

local function define(case)
  function case:generate_params() -- luacheck: no self
    return { dg.random.uniform(-1, 1, { 3, 2 }), dg.random.uniform(-1, 1, { 3 }) }
  end
  function case:generate_inputs() -- luacheck: no self
    return dg.random.uniform(-1, 1, { 4, 2 })
  end
  function case:create_link(init) -- luacheck: no self
    return L.Linear(nil, 3, { initialW = init[1], initial_bias = init[2] })
  end
  case.param_names = { "W", "b" }
  return case
end

local function linear()
  local case = define(testing.LinkTestCase:extend "Linear")
  function case:forward_expected(link, inputs) -- luacheck: no self
    return F.matmul(inputs[1], link.W, false, true) + link.b
  end
  return case
end

local function error_of(case, wanted)
  for name, test in case:tests() do
    if name == wanted then
      local ok, problem = pcall(test)
      return not ok and problem
    end
  end
  error("there is no test " .. wanted)
end

describe("LinkTestCase", function()
  for name, test in linear():tests() do it("passes for Linear: " .. name, test) end

  it("has two tests, either of which can be skipped", function()
    local case = linear()
    assert.equal(2, case:run())
    case.skip_forward_test = true
    assert.equal(1, case:run())
    case.skip_backward_test = true
    assert.equal(0, case:run())
  end)

  it("finds wrong values", function()
    local case = linear()
    function case:forward_expected(link, inputs) -- luacheck: no self
      return F.matmul(inputs[1], link.W, false, true)
    end
    local problem = error_of(case, "test_forward")
    assert.equal(testing.LinkTestError, getmetatable(problem))
    assert.matches("^spec/testing/link_test_case_spec.lua:%d+: LinkTestError: Linear: "
      .. "test_forward: output 1: 12 of 12 elements differ", tostring(problem))
    case.check_forward_options = { atol = 5 }
    assert.is_false(error_of(case, "test_forward"))
  end)

  it("finds wrong gradients of parameters and of inputs", function()
    local Wrong = L.Linear:extend "Wrong"
    for _, which in ipairs { "W", "x" } do
      function Wrong:forward(x)
        local W = self.W
        if which == "W" then W = W + W:detach() else x = x + x:detach() end
        return F.linear(x, W, self.b)
      end
      local case = linear()
      function case:create_link(init) -- luacheck: no self
        return Wrong(2, 3, { initialW = init[1], initial_bias = init[2] })
      end
      assert.matches("Linear: test_backward: backward is not implemented correctly: check_backward",
        tostring(error_of(case, "test_backward")))
    end
  end)

  it("calls forward with what it drew, if that is another", function()
    local case = linear()
    function case:forward(link, inputs, device) -- luacheck: no self
      assert.equal("cpu", device)
      return { link(inputs[1]), F.sum(inputs[1]) }
    end
    function case:forward_expected(link, inputs) -- luacheck: no self
      return link(inputs[1]), F.sum(inputs[1])
    end
    assert.equal(2, case:run())
  end)

  it("dodges corners where that is wanted", function()
    local case, calls = linear(), 0
    case.dodge_nondifferentiable = true
    function case:generate_inputs() -- luacheck: no self
      calls = calls + 1
      return calls % 2 == 1 and dg.zeros(1, 2) or dg.ones(1, 2)
    end
    function case:forward(link, inputs) -- luacheck: no self
      return F.absolute(inputs[1]) * 2 + F.sum(link(inputs[1]))
    end
    assert.is_false(error_of(case, "test_backward"))
    assert.equal(2, calls)
  end)

  it("tells what a class lacks or returns amiss", function()
    local case = testing.LinkTestCase:extend "Own"
    assert.matches("Own: it has no method generate_params", error_of(case, "test_forward"))
    case.generate_params = function() return 3 end
    assert.matches("Own: generate_params must return a list, got 3",
      error_of(case, "test_forward"))
    case.generate_params = function() return {} end
    assert.matches("Own: it has no method create_link", error_of(case, "test_forward"))
    case.create_link = function() return 3 end
    assert.matches("Own: create_link must return a link, got 3", error_of(case, "test_backward"))
    local other = linear()
    other.param_names = { "W", "c" }
    assert.matches("Linear: test_backward: the link has no parameter c",
      tostring(error_of(other, "test_backward")))
  end)

  it("leaves nothing behind", function()
    local case = linear()
    case:run()
    settle()
    local before = counts()
    case:run()
    settle()
    assert.same(before, counts())
  end)
end)

describe("LinkInitializersTestCase", function()
  local function starts(lists)
    local case = define(testing.LinkInitializersTestCase:extend "Linear")
    function case:get_initializers() return lists end -- luacheck: no self
    return case
  end

  local good = {
    { initializers.Constant(1), 2, dg.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } } },
    { initializers.Constant(2), 3, testing.InitializerArgument(nil, 0) },
  }
  for name, test in starts(good):tests() do it("passes for Linear: " .. name, test) end

  it("finds a parameter that starts as something else", function()
    local case = starts { { 1 }, { testing.InitializerArgument(nil, 1) } }
    assert.matches("LinkTestError: Linear: test_initializers: b 1: 3 of 3 elements differ",
      tostring(error_of(case, "test_initializers")))
    case.check_initializers_options = { atol = 2 }
    assert.is_false(error_of(case, "test_initializers"))
    assert.matches("Linear: get_initializers must return a list for b, got nil",
      error_of(starts { { 1 } }, "test_initializers"))
  end)
end)

describe("InitializerArgument", function()
  it("holds both, and wants to know what to expect", function()
    local argument = testing.InitializerArgument(nil, 1)
    assert.same({ 1 }, { argument.expected_initializer, argument.argument_value })
    assert.error_matches(function() testing.InitializerArgument(1) end,
      "^InitializerArgument: the expected initializer is nil")
  end)
end)
