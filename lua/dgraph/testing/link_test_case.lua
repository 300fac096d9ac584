--- Tests of a layer: its values, and the gradients of inputs and parameters.
--
--     local Linear = dg.testing.LinkTestCase:extend "Linear"
--     Linear.param_names = { "W", "b" }
--     function Linear:generate_params() return { dg.randn(3, 2), dg.randn(3) } end
--     function Linear:generate_inputs() return dg.randn(4, 2) end
--     function Linear:create_link(init)
--       return dg.L.Linear(2, 3, { initialW = init[1], initial_bias = init[2] })
--     end
--     function Linear:forward_expected(link, inputs)
--       return dg.F.matmul(inputs[1], link.W, false, true) + link.b
--     end
--
--- Source: Chainer.
local LinkTestBase = require "dgraph.testing.link_test_base"
local TestCase = require "dgraph.testing.test_case"
local TestError = require "dgraph.testing.test_errors".LinkTestError
local config = require "dgraph.config"
local gradient_check = require "dgraph.gradient_check"

--- Beside what LinkTestBase wants, a class has `forward_expected(self, link, inputs)`.
---@class dgraph.LinkTestCase: dgraph.LinkTestBase
---@field forward_expected fun(self, link: dgraph.Link, inputs: dgraph.Tensor[]): dgraph.Tensor ...
---@field check_forward_options { atol?: number, rtol?: number }
---@field check_backward_options dgraph.CheckOptions
---@field skip_forward_test boolean
---@field skip_backward_test boolean
local LinkTestCase = LinkTestBase:extend "LinkTestCase"
LinkTestCase.skip_forward_test = false
LinkTestCase.skip_backward_test = false

--- Gradients of the outputs: random by default, false for what is no float.
---@param outputs_template dgraph.Tensor[]
---@return (dgraph.Tensor|false)[]
function LinkTestCase:generate_grad_outputs(outputs_template) -- luacheck: no self
  return TestCase.random_like(outputs_template)
end

--- Compares outputs with what is expected of them: dtypes, shapes and numbers.
---@param outputs dgraph.Tensor[]
---@param expected_outputs dgraph.Tensor[]
function LinkTestCase:check_forward_outputs(outputs, expected_outputs)
  self:_compare(TestError, "output", outputs, expected_outputs, self.check_forward_options)
end

--- Compares outputs with `forward_expected`.
function LinkTestCase:test_forward()
  local link = self:_link(self:_initializers "generate_params")
  local inputs = self:_call "generate_inputs"
  local outputs = self:_forward(link, TestCase.leaves(inputs))
  link:to "cpu"
  self:check_forward_outputs(outputs, self:_call("forward_expected", link, inputs))
end

--- All in float64, which the differences want.
local function check_backward(self)
  local options = { dtype = "float64" }
  for key, value in pairs(self.check_backward_options or {}) do options[key] = value end
  local link = self:_link(self:_initializers "generate_params")
  local inputs = self:_call "generate_inputs"
  local outputs = self:_forward(link, TestCase.leaves(inputs, "float64"))
  link:cleargrads()
  local params = self:_params(link)
  local gradients = self:generate_grad_outputs(outputs)
  local function f(...) return unpack(self:_forward(link, { ... })) end
  self:_probe(f, inputs, gradients, options.eps)
  self:_check(TestError, "backward is not implemented correctly", gradient_check.check_backward, f,
    inputs, gradients, params, options)
end

--- Compares the gradients of inputs and parameters with numerical ones.
function LinkTestCase:test_backward()
  self:_dodging(function() config.using_config("dtype", "float64", check_backward, self) end)
end

return LinkTestCase
