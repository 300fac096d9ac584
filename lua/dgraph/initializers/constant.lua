--- Initializers without chance: constants, arrays, the identity matrix.
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local Initializer = require "dgraph.initializers.initializer"

local constant = {}

---@class dgraph.Constant: dgraph.Initializer
---@overload fun(fill_value: number|table|dgraph.Tensor): dgraph.Constant
local Constant = Initializer:extend("Constant")
constant.Constant = Constant

---@param fill_value number|table|dgraph.Tensor  an array has the shape of the tensor to fill
function Constant:init(fill_value) self.fill_value = fill_value end

function Constant:fill(x)
  x:copydata(self.fill_value)
end

--- Fills with 0.
constant.Zero = Constant:extend("Zero")
function constant.Zero:init() self.fill_value = 0 end

--- Fills with 1.
constant.One = Constant:extend("One")
function constant.One:init() self.fill_value = 1 end

--- Fills with NaN: what is used before it is set shows up.
constant.NaN = Constant:extend("NaN")
function constant.NaN:init() self.fill_value = 0 / 0 end

---@class dgraph.Identity: dgraph.Initializer
---@overload fun(scale?: number): dgraph.Identity
constant.Identity = Initializer:extend("Identity")

--- Fills a square matrix with `scale` on the diagonal and 0 elsewhere.
---@param scale? number  1 by default
function constant.Identity:init(scale) self.scale = scale or 1 end

function constant.Identity:fill(x)
  local shape = x.shape
  if #shape ~= 2 or shape[1] ~= shape[2] then
    errors.raisef("Identity: the shape is not that of a square matrix but (%s)",
      table.concat(shape, ", "))
  end
  local eye = create.eye(shape[1], { dtype = x.dtype, device = x.device })
  x:copydata(eye * self.scale)
end

return constant
