--- Elements of planes at places that lie between elements, mixed of the four around each.
--- Coordinates count from 0, the centre of the first element; whatever lies outside of a plane is
--- 0.
local create = require "dgraph.create"
local errors = require "dgraph.errors"

local sampling = {}

--- Planes as rows of a matrix, an element's channels side by side, with a frame of zeros around
--- each.
---@class dgraph.Planes
---@field rows dgraph.Tensor  (batch (height + 2) (width + 2)) x channels
---@field height integer
---@field width integer

--- Raises an error unless x has four axes, and gives its shape.
---@param who string
---@param x dgraph.Tensor
---@return integer[]
function sampling.image_shape(who, x)
  local shape = x.shape
  if #shape ~= 4 then errors.raisef("%s: x has %d axes, wanted 4", who, #shape) end
  return shape
end

--- A tensor in which coordinates are exact enough: float16 has no 2050th column.
---@param F dgraph.functions
---@param x dgraph.Tensor
---@return dgraph.Tensor
function sampling.precise(F, x)
  local dtype = x.dtype
  if dtype == "float16" or dtype == "bfloat16" then return F.cast(x, "float32") end
  return x
end

---@param F dgraph.functions
---@param x dgraph.Tensor  batch x channels x height x width
---@return dgraph.Planes
function sampling.planes(F, x)
  local shape = x.shape
  local last = F.transpose(x, { 1, 3, 4, 2 })
  local framed = F.pad(last, { { 0, 0 }, { 1, 1 }, { 1, 1 }, { 0, 0 } })
  local count = shape[1] * (shape[3] + 2) * (shape[4] + 2)
  return { rows = F.reshape(framed, { count, shape[2] }), height = shape[3], width = shape[4] }
end

--- The number of each plane of a batch, as `at` wants it: int64, from 0.
---@param count integer
---@param x dgraph.Tensor  of the device
---@return dgraph.Tensor
function sampling.numbers(count, x)
  return create.arange(0, count, 1, { dtype = "int64", device = x.device })
end

--- Along one axis of `size` elements: the places around each coordinate, counted from 0 in the
--- frame, and how far it is from the first of them.
local function around(F, coordinate, size)
  -- Far outside there is nothing to tell apart, and infinity would have no distance.
  coordinate = F.clip(coordinate, -2, size + 1)
  local floor = F.floor(coordinate)
  local first = F.cast(F.clip(floor, -1, size), "int64") + 1
  local second = F.cast(F.clip(floor, -2, size - 1), "int64") + 2
  return first, second, coordinate - floor
end

--- The elements at rows v and columns u, whole numbers; otherwise as `sampling.at`.
---@param F dgraph.functions
---@param planes dgraph.Planes
---@param number dgraph.Tensor  int64, from 0
---@param v dgraph.Tensor
---@param u dgraph.Tensor
---@param pick fun(rows: dgraph.Tensor, positions: dgraph.Tensor): dgraph.Tensor
---@return dgraph.Tensor
function sampling.exactly(F, planes, number, v, u, pick)
  local row = F.cast(F.clip(v, -1, planes.height), "int64") + 1
  local column = F.cast(F.clip(u, -1, planes.width), "int64") + 2
  return pick(planes.rows, (number * (planes.height + 2) + row) * (planes.width + 2) + column)
end

--- The elements at rows v and columns u of the planes `number`: tensors that broadcast against each
--- other. `pick` takes the matrix of rows and positions of their common shape, and gives what it
--- finds there, perhaps with more axes; F.take does, which gives all channels of each place. The
--- result is differentiable with respect to the planes, v and u. Places that are NaN give NaN.
---@param F dgraph.functions
---@param planes dgraph.Planes
---@param number dgraph.Tensor  int64, from 0
---@param v dgraph.Tensor
---@param u dgraph.Tensor
---@param pick fun(rows: dgraph.Tensor, positions: dgraph.Tensor): dgraph.Tensor
---@return dgraph.Tensor
function sampling.at(F, planes, number, v, u, pick)
  local top, bottom, down = around(F, v, planes.height)
  local left, right, across = around(F, u, planes.width)
  local base = number * (planes.height + 2)
  local function line(row, share)
    local begin = (base + row) * (planes.width + 2) + 1
    local from, to = pick(planes.rows, begin + left), pick(planes.rows, begin + right)
    return F.linear_interpolate(share(across, to), to, from)
  end
  local function share(part, like)
    part = F.cast(part, like.dtype)
    if part.ndim < like.ndim then part = F.expand_dims(part, -1) end
    return F.broadcast_to(part, like.shape)
  end
  local upper, lower = line(top, share), line(bottom, share)
  return F.linear_interpolate(share(down, lower), lower, upper)
end

return sampling
