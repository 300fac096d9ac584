--- F.sparse_matmul: rows of a dense matrix times values, added up by number.
local CooMatrix = require "dgraph.utils.coo_matrix"
local check = require "dgraph.check"
local checks = require "dgraph.functions.loss_checks"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

local WHO = "F.sparse_matmul"
local OPTIONS = { transa = true, transb = true }

local function is_sparse(x) return type(x) == "table" and CooMatrix.is(x, CooMatrix) end

local function spell(x) return table.concat(x.shape, "x") end

--- Raises an error unless the sparse matrix, whose columns are `inner`, goes with the dense one.
local function check_pair(sparse, dense, inner)
  checks.float(WHO, dense)
  local data = sparse.data
  -- 16 bits meet float32, as in other products: layers under autocast give them.
  if (data.dtype == "float64") ~= (dense.dtype == "float64") then
    errors.raisef("%s: dtypes %s and %s differ (cast one of them)", WHO, data.dtype, dense.dtype)
  end
  local ndim = data.ndim
  if dense.ndim ~= ndim + 1 or dense:dim(-2) ~= inner or ndim == 2
      and dense:dim(1) ~= data:dim(1) then
    local batch = ndim == 2 and data:dim(1) .. "x" or ""
    errors.raisef("%s: a sparse matrix of %s%s does not go with a tensor of %s", WHO, batch,
      spell(sparse), spell(dense))
  end
end

--- The product of a sparse matrix, transposed where `is_turned`, with a dense one: row r of y is
--- the sum of the values of the entries in row r times the rows of `dense` that their columns name.
local function product(F, sparse, is_turned, dense)
  local rows, inner = unpack(sparse.shape)
  local row, col = sparse.row, sparse.col
  if is_turned then rows, inner, row, col = inner, rows, col, row end
  check_pair(sparse, dense, inner)
  local batch, columns = dense.ndim == 3 and dense:dim(1), dense:dim(-1)
  local all = batch or 1
  local from = F.embed_id(CooMatrix.numbered(col, inner),
    F.reshape(dense, { all * inner, columns }), -1, false)
  local scaled = from * F.reshape(sparse.data, { sparse.data.size, 1 })
  local y = wrap(C.dg_embed_id_grad(CooMatrix.numbered(row, rows), scaled, all * rows, 1, -1))
  return F.reshape(y, batch and { batch, rows, columns } or { rows, columns })
end

---@param F dgraph.functions
---@param a dgraph.CooMatrix|dgraph.Tensor
---@param b dgraph.CooMatrix|dgraph.Tensor
---@param transa boolean|table|nil
---@param transb boolean?
---@return dgraph.Tensor
return function(F, a, b, transa, transb)
  if type(transa) == "table" then
    local options = check.options(transa, WHO, OPTIONS)
    transa, transb = options.transa, options.transb
  end
  transa = check.boolean(transa or false, WHO, "transa")
  transb = check.boolean(transb or false, WHO, "transb")
  local function turned(x, is_turned)
    if x.ndim < 2 then errors.raisef("%s: the tensor has %d axes", WHO, x.ndim) end
    return is_turned and F.swapaxes(x, -1, -2) or x
  end
  if is_sparse(a) and native.is_tensor(b) then
    return product(F, a, transa, turned(b, transb))
  end
  if is_sparse(b) and native.is_tensor(a) then -- a b = (b' a')'
    return turned(product(F, b, not transb, turned(a, not transa)), true)
  end
  errors.raisef("%s: wanted a CooMatrix and a tensor, got %s and %s", WHO,
    is_sparse(a) and "a CooMatrix" or check.spell(a), is_sparse(b) and "a CooMatrix"
    or check.spell(b))
end
