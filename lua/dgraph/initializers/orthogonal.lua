--- Orthogonal matrices. Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of
--- learning in deep linear neural networks", 2014.
local ffi = require "ffi"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local random = require "dgraph.initializers.random"
local Initializer = require "dgraph.initializers.initializer"

---@class dgraph.Orthogonal: dgraph.Initializer
---@overload fun(scale?: number): dgraph.Orthogonal
local Orthogonal = Initializer:extend("Orthogonal")

--- A weight is seen as a matrix of its first axis and all others. Its rows become orthogonal, or
--- its columns where there are more rows than columns; each is `scale` long.
---@param scale? number  1.1 by default
function Orthogonal:init(scale) self.scale = scale or 1.1 end

--- Subtracts from v its part along the unit vector u.
local function reject(v, u, length)
  local dot = 0
  for k = 0, length - 1 do dot = dot + v[k] * u[k] end
  for k = 0, length - 1 do v[k] = v[k] - dot * u[k] end
end

--- Makes `count` vectors orthonormal: Gram-Schmidt, twice, which is as exact as the numbers are.
local function orthonormalize(vectors, count, length)
  for i = 0, count - 1 do
    local v = vectors + i * length
    for _ = 1, 2 do
      for j = 0, i - 1 do reject(v, vectors + j * length, length) end
    end
    local square = 0
    for k = 0, length - 1 do square = square + v[k] * v[k] end
    local factor = 1 / math.sqrt(square)
    for k = 0, length - 1 do v[k] = v[k] * factor end
  end
end

function Orthogonal:fill(x)
  local rows = x.shape[1]
  if not rows then errors.raisef("Orthogonal: a tensor without axes has no rows") end
  local columns = rows > 0 and x.size / rows or 0
  local count, length = math.min(rows, columns), math.max(rows, columns)
  local chance = create.empty({ count, length }, { dtype = "float64", device = "cpu" })
  random.Normal(1)(chance)
  local vectors = ffi.cast("double *", chance:pointer())
  orthonormalize(vectors, count, length)
  local matrix = create.empty(x.shape, { dtype = x.dtype, device = "cpu" })
  local numbers = matrix:pointer()
  for i = 0, count - 1 do
    for k = 0, length - 1 do
      local at = rows <= columns and i * length + k or k * columns + i
      numbers[at] = self.scale * vectors[i * length + k]
    end
  end
  x:copydata(matrix)
end

return Orthogonal
