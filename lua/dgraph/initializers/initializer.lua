--- The base of all initializers.
local class = require "dgraph.class"
local errors = require "dgraph.errors"

---@class dgraph.Initializer
---@overload fun(x: dgraph.Tensor)
local Initializer = class.new("Initializer")

--- Fills a tensor: every class has its own.
---@param x dgraph.Tensor
function Initializer:fill(x) -- luacheck: no unused args
  errors.raisef("%s has no method fill", self._name)
end

function Initializer:__call(x) return self:fill(x) end

--- How many inputs and outputs a weight connects, by its shape: `(out, in, ...)`, where further
--- axes are those of a filter.
---@param shape integer[]
---@return integer fan_in
---@return integer fan_out
function Initializer.get_fans(shape)
  if #shape < 2 then
    errors.raisef("initializers: a weight has at least two axes, not %d: its fans are not known",
      #shape)
  end
  local field = 1
  for axis = 3, #shape do field = field * shape[axis] end
  return shape[2] * field, shape[1] * field
end

return Initializer
