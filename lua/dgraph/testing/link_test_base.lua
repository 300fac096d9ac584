--- What tests of layers have in common.
local TestCase = require "dgraph.testing.test_case"
local InitializerArgument = require "dgraph.testing.initializer_argument"
local TestError = require "dgraph.testing.test_errors".LinkTestError
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local kinds = require "dgraph.link_kinds"

--- A class extends it with `generate_params(self)`, a list of initializers, one for each of
--- `param_names`; `create_link(self, initializers)`; and `generate_inputs(self)`.
---@class dgraph.LinkTestBase: dgraph.TestCase
---@field param_names string[]
---@field generate_params fun(self): dgraph.InitializerLike[]
---@field create_link fun(self, initializers: dgraph.InitializerLike[]): dgraph.Link
---@field generate_inputs fun(self): dgraph.Tensor ...
local LinkTestBase = TestCase:extend "LinkTestBase"
LinkTestBase.param_names = {}

--- What the layer does with the inputs: calls it, by default.
---@param link dgraph.Link
---@param inputs dgraph.Tensor[]
---@param device dgraph.Device
---@return dgraph.Tensor ...
function LinkTestBase:forward(link, inputs, device) -- luacheck: no unused args
  return link(unpack(inputs))
end

--- Whether a value is one that `testing.InitializerArgument` made.
local function is_argument(value)
  return type(value) == "table" and getmetatable(value) == InitializerArgument
end

--- The list of initializers that a method returned.
function LinkTestBase:_initializers(method)
  if not self[method] then errors.raisef("%s: it has no method %s", self._name, method) end
  local list = self[method](self)
  if type(list) ~= "table" then
    errors.raisef("%s: %s must return a list, got %s", self._name, method, check.spell(list))
  end
  return list
end

--- A layer on the device, made with some initializers.
function LinkTestBase:_link(initializers)
  local values = {}
  for i = 1, #self.param_names do
    local value = initializers[i]
    if is_argument(value) then value = value.argument_value end
    values[i] = value
  end
  if not self.create_link then
    errors.raisef("%s: it has no method create_link", self._name)
  end
  local link = self:create_link(values)
  if not kinds.is_link(link) then
    errors.raisef("%s: create_link must return a link, got %s", self._name, check.spell(link))
  end
  return link:to(self.backend_config.device)
end

--- Calls `forward` on the device; returns what it gave, on the host.
function LinkTestBase:_forward(link, inputs)
  local given = {}
  for i, x in ipairs(inputs) do given[i] = self:_given(x) end
  local outputs = self:_tensors("forward", TestError,
    self:forward(link, given, self.backend_config.device))
  for k, y in ipairs(outputs) do outputs[k] = y:to "cpu" end
  return outputs
end

--- The parameters that `param_names` names.
function LinkTestBase:_params(link)
  local params = {}
  for i, name in ipairs(self.param_names) do
    params[i] = kinds.is_parameter(link[name]) and link[name]
    if not params[i] then self:_fail(TestError, "the link has no parameter %s", name) end
  end
  return params
end

--- What an initializer is expected to be.
function LinkTestBase._expected(initializer)
  if is_argument(initializer) then return initializer.expected_initializer end
  return initializer
end

return LinkTestBase
