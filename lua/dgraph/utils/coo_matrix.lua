--- Sparse matrices as lists of their entries: each has a value, a row and a column.
--- Source: Chainer.
local check = require "dgraph.check"
local class = require "dgraph.class"
local create = require "dgraph.create"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local functions = require "dgraph.functions"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

---@class dgraph.CooMatrix
---@field data dgraph.Tensor  the values: entries, or batch x entries for matrices of one shape
---@field row dgraph.Tensor  of data's shape: rows, from 1; -1 where an entry counts for nothing
---@field col dgraph.Tensor  of data's shape: columns, -1 in the same places
---@field shape integer[]  rows and columns
---@field order "C"|"F"|"other"  whether entries go by rows, or by columns; no result depends on it
---@overload fun(data, row, col, shape, order?, requires_grad?): dgraph.CooMatrix
local CooMatrix = class.new("CooMatrix")

local ORDERS = { C = true, F = true, other = true }

local function spell(x) return ("%s %s"):format(x.dtype, table.concat(x.shape, "x")) end

local function have_one_shape(x, y)
  return table.concat(x.shape, "x") == table.concat(y.shape, "x")
end

local function check_positions(x, what, data, size)
  check.tensor(x, "CooMatrix", what)
  if not have_one_shape(x, data) then
    errors.raisef("CooMatrix: %s is %s, data is %s: wanted one shape", what, spell(x), spell(data))
  end
  native.check(C.dg_count_labels("CooMatrix: " .. what, x, size, 1, -1))
end

local function check_shape(shape)
  if type(shape) == "table" and #shape == 2 then
    local rows = check.integer(shape[1], "CooMatrix", "a size")
    local columns = check.integer(shape[2], "CooMatrix", "a size")
    if rows > 0 and columns > 0 then return rows, columns end
  end
  errors.raise "CooMatrix: the shape must be two sizes from 1 on"
end

--- Entries of equal places add up.
---@param data dgraph.Tensor  floats, (batch x) entries; its graph, if any, gets gradients
---@param row dgraph.Tensor  of data's shape: rows, from 1; -1 where an entry counts for nothing
---@param col dgraph.Tensor  of data's shape: columns, -1 in the same places
---@param shape integer[]  rows and columns
---@param order? "C"|"F"|"other"  as `get_order` says, which is asked when this is nil
---@param requires_grad? boolean  make data a leaf that collects gradients; false
function CooMatrix:init(data, row, col, shape, order, requires_grad)
  check.tensor(data, "CooMatrix", "data")
  local ndim = data.ndim
  if ndim < 1 or ndim > 2 or not dtypes.names_float(data.dtype) then
    errors.raisef("CooMatrix: data is %s, wanted floats with one or two axes", spell(data))
  end
  local rows, columns = check_shape(shape)
  check_positions(row, "row", data, rows)
  check_positions(col, "col", data, columns)
  if not functions.all(row:gt(0):eq(col:gt(0))):item() then
    errors.raise "CooMatrix: an entry has a row and a column, or -1 for both"
  end
  if order ~= nil and not ORDERS[order] then
    errors.raisef("CooMatrix: order must be \"C\", \"F\" or \"other\", got %s", check.spell(order))
  end
  self.data = requires_grad and create.Variable(data) or data
  self.row, self.col, self.shape = row, col, { rows, columns }
  self.order = order or CooMatrix.get_order(row, col)
end

--- The entries' numbers among all that a batch has of something, `size` for each matrix: the
--- positions as they are where there is one matrix.
---@param positions dgraph.Tensor  from 1, or -1
---@param size integer
---@return dgraph.Tensor  entries, int64
function CooMatrix.numbered(positions, size)
  positions = functions.cast(positions, "int64")
  if positions.ndim == 1 then return positions end
  local batch = positions:dim(1)
  local before = create.arange(batch, { dtype = "int64", device = positions.device }) * size
  local numbers = positions + functions.reshape(before, { batch, 1 })
  return functions.flatten(functions.where(positions:gt(0), numbers, positions))
end

--- The matrix, or batch of matrices, with all its zeros; gradients flow to `data`.
---@return dgraph.Tensor  (batch x) rows x columns
function CooMatrix:to_dense()
  local rows, columns = self.shape[1], self.shape[2]
  local batch = self.data.ndim == 2 and self.data:dim(1)
  local all = (batch or 1) * rows * columns
  if all > 2 ^ 53 then
    errors.raisef("to_dense: %g elements of %dx%d are too many", all, rows, columns)
  end
  local row, col = functions.cast(self.row, "int64"), functions.cast(self.col, "int64")
  local place = functions.where(row:gt(0), (row - 1) * columns + col, create.full_like(row, -1))
  local values = functions.reshape(self.data, { self.data.size, 1 })
  local y = wrap(C.dg_embed_id_grad(CooMatrix.numbered(place, rows * columns), values, all, 1, -1))
  return functions.reshape(y, batch and { batch, rows, columns } or { rows, columns })
end

--- Whether entries go by `first`, and where that is equal by `second`; those with -1 may lie
--- anywhere.
local function is_sorted(first, second)
  local columns = second.size > 0 and functions.max(second):item() + 1 or 1
  local key = functions.where(functions.logical_and(first:gt(0), second:gt(0)),
    first * columns + second, create.full_like(first, -1))
  local highest = functions.cummax(key, -1)
  return functions.all(functions.logical_or(key:lt(0), key:eq(highest))):item()
end

--- How entries are sorted: "C" where they go by rows and in these by columns, in each matrix of a
--- batch; else "F" where they go by columns and in these by rows; else "other".
---@param row dgraph.Tensor  (batch x) entries, from 1, or -1
---@param col dgraph.Tensor
---@return "C"|"F"|"other"
function CooMatrix.get_order(row, col)
  check.tensor(row, "get_order", "row")
  check.tensor(col, "get_order", "col")
  if not have_one_shape(row, col) then
    errors.raisef("get_order: row is %s, col is %s: wanted one shape", spell(row), spell(col))
  end
  row, col = functions.cast(row, "int64"), functions.cast(col, "int64")
  return is_sorted(row, col) and "C" or is_sorted(col, row) and "F" or "other"
end

--- The entries of a matrix, or of each of a batch, that are not 0, by rows.
---@param x dgraph.Tensor  (batch x) rows x columns, floats; gradients flow to it
---@param ldnz? integer  how many entries at least; the others have the value 0 and the place -1
---@param requires_grad? boolean  make data a leaf that collects gradients instead; false
---@return dgraph.CooMatrix
function CooMatrix.to_coo(x, ldnz, requires_grad)
  check.tensor(x, "to_coo", "x")
  local ndim = x.ndim
  if ndim ~= 2 and ndim ~= 3 then
    errors.raisef("to_coo: x has %d axes, wanted a matrix or a batch of them", ndim)
  end
  local stack = ndim == 3 and x or functions.expand_dims(x, 1)
  local batch, rows, columns = unpack(stack.shape)
  local places = functions.nonzero(stack)
  local at, row, col = places[{ {}, 1 }], places[{ {}, 2 }], places[{ {}, 3 }]
  local counts = functions.sum(functions.cast(stack:ne(0), "int64"), { 2, 3 })
  local most = batch > 0 and functions.max(counts):item() or 0
  local length = math.max(check.integer(ldnz or 0, "to_coo", "ldnz"), most)
  local before = functions.cumsum(counts) - counts
  local number = create.arange(1, at.size + 1, { dtype = "int64", device = x.device })
  local target = (at - 1) * length + number - functions.take(before, at)
  local function spread(values, empty)
    local all = create.full({ batch * length }, empty, { dtype = values.dtype, device = x.device })
    local shape = ndim == 3 and { batch, length } or { length }
    return functions.reshape(functions.scatter(all, 1, target, values), shape)
  end
  local place = ((at - 1) * rows + row - 1) * columns + col
  return CooMatrix(spread(functions.take(functions.flatten(x), place), 0),
    spread(functions.cast(row, "int32"), -1), spread(functions.cast(col, "int32"), -1),
    { rows, columns }, nil, requires_grad)
end

return CooMatrix
