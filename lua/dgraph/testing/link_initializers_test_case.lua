--- Tests of how a layer initializes its parameters.
--- Source: Chainer.
local LinkTestBase = require "dgraph.testing.link_test_base"
local TestCase = require "dgraph.testing.test_case"
local TestError = require "dgraph.testing.test_errors".LinkTestError
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local initializers = require "dgraph.initializers"

--- Beside what LinkTestBase wants, a class has `get_initializers(self)`: for each of `param_names`
--- a list of initializers, none of them random. Where the argument is no initializer, as nil is
--- none, `testing.InitializerArgument` says with what it is expected to initialize. While one
--- parameter tries its list, the others have what `generate_params` gives.
---@class dgraph.LinkInitializersTestCase: dgraph.LinkTestBase
---@field get_initializers fun(self): dgraph.InitializerLike[][]
---@field check_initializers_options { atol?: number, rtol?: number }
local LinkInitializersTestCase = LinkTestBase:extend "LinkInitializersTestCase"

local function check_one(self, i, inits)
  local link = self:_link(inits)
  self:_forward(link, TestCase.leaves(self:_call "generate_inputs"))
  local param = self:_params(link)[i]:to "cpu"
  local expected = initializers.generate_array(LinkTestBase._expected(inits[i]), param.shape,
    param.dtype)
  self:_compare(TestError, self.param_names[i], { param }, { expected },
    self.check_initializers_options)
end

--- Compares each parameter with what each of its initializers makes.
function LinkInitializersTestCase:test_initializers()
  local lists = self:_initializers "get_initializers"
  for i, name in ipairs(self.param_names) do
    if type(lists[i]) ~= "table" then
      errors.raisef("%s: get_initializers must return a list for %s, got %s", self._name, name,
        check.spell(lists[i]))
    end
    for k = 1, #lists[i] do
      local inits = {}
      for n, init in pairs(self:_initializers "generate_params") do inits[n] = init end
      inits[i] = lists[i][k]
      check_one(self, i, inits)
    end
  end
end

return LinkInitializersTestCase
