--- Tests of a function: its values, its gradient, and the gradient of that.
--
--     local Relu = dg.testing.FunctionTestCase:extend "relu"
--     Relu.dodge_nondifferentiable = true
--     function Relu:generate_inputs() return dg.random.uniform(-1, 1, { 2, 3 }) end
--     function Relu:forward(inputs) return dg.F.relu(inputs[1]) end
--     function Relu:forward_expected(inputs) return dg.F.maximum(inputs[1], 0) end
--     for name, test in Relu:tests() do it(name, test) end
--
--- Source: Chainer.
local F = require "dgraph.functions"
local TestCase = require "dgraph.testing.test_case"
local TestError = require "dgraph.testing.test_errors".FunctionTestError
local backward = require "dgraph.backward"
local create = require "dgraph.create"
local gradient_check = require "dgraph.gradient_check"

--- A class extends it with `generate_inputs(self)`, `forward(self, inputs, device)` and
--- `forward_expected(self, inputs)`. Lists of tensors go in; several tensors come out, or a list.
---@class dgraph.FunctionTestCase: dgraph.TestCase
---@field generate_inputs fun(self): dgraph.Tensor ...
---@field forward fun(self, inputs: dgraph.Tensor[], device: dgraph.Device): dgraph.Tensor ...
---@field forward_expected fun(self, inputs: dgraph.Tensor[]): dgraph.Tensor ...
---@field check_forward_options { atol?: number, rtol?: number }
---@field check_backward_options dgraph.CheckOptions
---@field check_double_backward_options dgraph.CheckOptions
---@field skip_forward_test boolean
---@field skip_backward_test boolean
---@field skip_double_backward_test boolean
local FunctionTestCase = TestCase:extend "FunctionTestCase"
FunctionTestCase.skip_forward_test = false
FunctionTestCase.skip_backward_test = false
FunctionTestCase.skip_double_backward_test = false

--- Gradients of the outputs: random by default, false for what is no float.
---@param outputs_template dgraph.Tensor[]
---@return (dgraph.Tensor|false)[]
function FunctionTestCase:generate_grad_outputs(outputs_template) -- luacheck: no self
  return TestCase.random_like(outputs_template)
end

--- Weights of the inputs' gradients: random by default, false for what is no float.
---@param inputs_template dgraph.Tensor[]
---@return (dgraph.Tensor|false)[]
function FunctionTestCase:generate_grad_grad_inputs(inputs_template) -- luacheck: no self
  return TestCase.random_like(inputs_template)
end

--- Compares outputs with what is expected of them: dtypes, shapes and numbers.
---@param outputs dgraph.Tensor[]
---@param expected_outputs dgraph.Tensor[]
function FunctionTestCase:check_forward_outputs(outputs, expected_outputs)
  self:_compare(TestError, "output", outputs, expected_outputs, self.check_forward_options)
end

--- Calls `forward` on the device; returns what it gave, on the host, and what it was given.
local function forward(self, inputs)
  local given = {}
  for i, x in ipairs(inputs) do given[i] = self:_given(x) end
  local device = self.backend_config.device
  local outputs = self:_tensors("forward", TestError, self:forward(given, device))
  for k, y in ipairs(outputs) do outputs[k] = y:to "cpu" end
  return outputs, given
end

--- Compares outputs with `forward_expected`, and sees that the inputs are left as they are.
function FunctionTestCase:test_forward()
  local inputs = self:_call "generate_inputs"
  local expected = self:_call("forward_expected", inputs)
  local copies = TestCase.leaves(inputs)
  local outputs, given = forward(self, TestCase.leaves(inputs))
  for i, x in ipairs(given) do
    if not pcall(gradient_check.assert_allclose, x:to "cpu", copies[i], 0, 0) then
      self:_fail(TestError, "forward has changed input %d", i)
    end
  end
  self:check_forward_outputs(outputs, expected)
end

--- Inputs, gradients of those outputs that can have one, and `forward` with these outputs alone.
local function sample(self)
  local inputs = self:_call "generate_inputs"
  local outputs = self:_call("forward_expected", inputs)
  local given, gradients = self:generate_grad_outputs(outputs), {}
  for k, y in ipairs(outputs) do
    if TestCase.is_float(y) then gradients[#gradients + 1] = given[k] end
  end
  return inputs, gradients, function(...)
    local floats = {}
    for _, y in ipairs((forward(self, { ... }))) do
      if TestCase.is_float(y) then floats[#floats + 1] = y end
    end
    return unpack(floats)
  end
end

--- Compares the gradient with a numerical one.
function FunctionTestCase:test_backward()
  local options = self.check_backward_options or {}
  self:_dodging(function()
    local inputs, gradients, f = sample(self)
    self:_probe(f, inputs, gradients, options.eps)
    self:_check(TestError, "backward is not implemented correctly",
      gradient_check.check_backward, f, inputs, gradients, nil, options)
  end)
end

--- The gradients of f's inputs as a function of these: what the second check differentiates.
local function gradients_of(f, gradients)
  return function(...)
    local xs, ys = {}, { f(...) }
    for _, x in ipairs { ... } do
      if TestCase.is_float(x) then xs[#xs + 1] = x end
    end
    local seeds = {}
    for k, g in ipairs(gradients) do seeds[k] = create.tensor(g, ys[k].dtype) end
    local gxs = backward.grad(ys, xs, seeds)
    for i, x in ipairs(xs) do gxs[i] = gxs[i] or F.copy(x) * 0 end
    return unpack(gxs)
  end
end

--- Compares the gradient of the gradient with a numerical one.
function FunctionTestCase:test_double_backward()
  local options = self.check_double_backward_options or {}
  self:_dodging(function()
    local inputs, gradients, f = sample(self)
    local weights, floats = self:generate_grad_grad_inputs(inputs), {}
    for i, x in ipairs(inputs) do
      if TestCase.is_float(x) then floats[#floats + 1] = weights[i] end
    end
    self:_probe(gradients_of(f, gradients), inputs, floats, options.eps)
    self:_check(TestError, "double backward is not implemented correctly",
      gradient_check.check_double_backward, f, inputs, gradients, weights, nil, nil, options)
  end)
end

return FunctionTestCase
