--- Adds a tensor along some axes: one that is learned, or another input.
--- Source: Chainer.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local errors = require "dgraph.errors"

---@class dgraph.Bias: dgraph.Link
---@field b dgraph.Parameter?  what is added, where a shape was given
---@field axis integer
---@overload fun(...): dgraph.Bias
local Bias = Link:extend("Bias")

local OPTIONS = { "axis", "shape" }

---@param axis? integer|table  the first axis of the input that b has: 2 by default; or all options
---  by name
---@param shape? integer|integer[]  of b, which begins with 0; nil: the second input is added
function Bias:init(axis, shape)
  local opts = arguments.read("Bias", OPTIONS, axis, shape)
  if type(shape) == "table" and next(shape) == nil then opts.shape = shape end -- one number
  self.axis = opts.axis or 2
  if opts.shape then self.b = Parameter(0, opts.shape) end
end

---@param x dgraph.Tensor  any shape
---@param y? dgraph.Tensor  where the link has no b: the sizes of axes of x from `axis` on
---@return dgraph.Tensor  of x's shape
function Bias:forward(x, y)
  if (y == nil) ~= (self.b ~= nil) then
    errors.raisef("Bias: wanted %s", self.b and "one input: it learns what it adds"
      or "two inputs: it learns nothing")
  end
  local z = F.bias(x, y or self.b, self.axis)
  return z
end

function Bias:printable_specs()
  local shape = self.b and table.concat(self.b.shape, "x") or "none"
  return { { "axis", self.axis }, { "shape", shape } }
end

return Bias
