--- A link that holds one parameter and gives it.
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local create = require "dgraph.create"

---@class dgraph.ParameterLink: dgraph.Link
---@field W dgraph.Parameter
---@overload fun(array: dgraph.Tensor|table|number): dgraph.ParameterLink
local Holder = Link:extend("Parameter")

---@param array dgraph.Tensor|table|number  what it begins with; copied
function Holder:init(array)
  self.W = Parameter(create.as_array(array))
end

---@return dgraph.Parameter
function Holder:forward() return self.W end

return Holder
