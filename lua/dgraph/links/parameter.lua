--- A link that holds one parameter and gives it.
--- Source: Chainer.
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local create = require "dgraph.create"

---@class dgraph.ParameterLink: dgraph.Link
---@field W dgraph.Parameter  of the shape and dtype of what it begins with
---@overload fun(array: dgraph.Tensor|table|number): dgraph.ParameterLink
local Holder = Link:extend("Parameter")

---@param array dgraph.Tensor|table|number  what it begins with; copied
function Holder:init(array)
  self.W = Parameter(create.as_array(array))
end

---@return dgraph.Parameter  W itself
function Holder:forward() return self.W end

return Holder
