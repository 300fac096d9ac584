--- What a layer is given for an initializer, and what it is expected to initialize with.
--- Source: Chainer.
local class = require "dgraph.class"
local errors = require "dgraph.errors"

---@class dgraph.InitializerArgument
---@field argument_value any
---@field expected_initializer dgraph.InitializerLike
---@overload fun(argument_value: any, expected_initializer: any): dgraph.InitializerArgument
local InitializerArgument = class.new "InitializerArgument"

---@param argument_value any  nil, for one
---@param expected_initializer dgraph.InitializerLike
function InitializerArgument:init(argument_value, expected_initializer)
  if expected_initializer == nil then
    errors.raise "InitializerArgument: the expected initializer is nil"
  end
  self.argument_value, self.expected_initializer = argument_value, expected_initializer
end

return InitializerArgument
