--- Multiplies by a tensor along some axes: one that is learned, or another input. May add one too.
--- Source: Chainer.
local Bias = require "dgraph.links.bias"
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local errors = require "dgraph.errors"

---@class dgraph.Scale: dgraph.Link
---@field W dgraph.Parameter?  the factors, where a shape was given
---@field bias dgraph.Bias?
---@field axis integer
---@overload fun(...): dgraph.Scale
local Scale = Link:extend("Scale")

local OPTIONS = { "axis", "W_shape", "bias_term", "bias_shape" }

---@param axis? integer|table  the first axis of the input that W has: 2 by default; or all options
---  by name
---@param W_shape? integer|integer[]  of W, which begins with 1; nil: the second input is the factor
---@param bias_term? boolean  whether a bias is learned as well; false by default
---@param bias_shape? integer|integer[]  of the bias, where there is no W
function Scale:init(axis, W_shape, bias_term, bias_shape)
  local opts = arguments.read("Scale", OPTIONS, axis, W_shape, bias_term, bias_shape)
  self.axis = opts.axis or 2
  if opts.W_shape then self.W = Parameter(1, opts.W_shape) end
  if not opts.bias_term then return end
  local shape = opts.W_shape or opts.bias_shape
  if not shape then errors.raise "Scale: a bias without W needs bias_shape" end
  self.bias = Bias({ axis = self.axis, shape = shape })
end

---@param x dgraph.Tensor  any shape
---@param y? dgraph.Tensor  where the link has no W: the sizes of axes of x from `axis` on
---@return dgraph.Tensor  of x's shape
function Scale:forward(x, y)
  if (y == nil) ~= (self.W ~= nil) then
    errors.raisef("Scale: wanted %s", self.W and "one input: it learns the factors"
      or "two inputs: it learns no factors")
  end
  local z = F.scale(x, y or self.W, self.axis)
  if self.bias then z = self.bias(z) end
  return z
end

function Scale:printable_specs()
  local shape = self.W and table.concat(self.W.shape, "x") or "none"
  return { { "axis", self.axis }, { "W_shape", shape }, { "bias_term", self.bias ~= nil } }
end

return Scale
