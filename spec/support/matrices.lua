--- Matrices for the specs of linear algebra, out of the numbers of a drawer.
local dg = require "dgraph"
local F = dg.F

local matrices = {}

--- Numbers from -1 to 1, with 3, 5, 7, ... added to the diagonal: far from singular, and with
--- singular values that differ.
function matrices.regular(r, shape)
  local x = r(-1, 1, shape)
  shape = x.shape
  if #shape < 2 then return x end
  local rows, columns = shape[#shape - 1], shape[#shape]
  local diagonal = dg.zeros({ rows, columns }, "float64")
  for i = 1, math.min(rows, columns) do diagonal[{ i, i }] = 1 + 2 * i end
  return x + diagonal
end

--- The symmetric part.
function matrices.symmetric(x) return (x + F.swapaxes(x, -1, -2)) / 2 end

--- The inputs of an `op_case`: one regular matrix, or stack, for each shape.
function matrices.inputs(...)
  local shapes = { ... }
  return function(r)
    local list = {}
    for i, shape in ipairs(shapes) do list[i] = matrices.regular(r, shape) end
    return list
  end
end

return matrices
