--- Linear algebra on the matrices in the last two axes: by LAPACK, which OpenBLAS carries, on cards
--- by kernels of its own.
local native = require "dgraph.native"
local several = require "dgraph.functions.several"

local C = native.C

local EPSILON = {
  float32 = 2 ^ -23, float64 = 2 ^ -52, float16 = 2 ^ -10, bfloat16 = 2 ^ -7,
}

local function eigh(array, x) return C.dg_eigh(x, array) end
local function svd(array, x, full) return C.dg_svd(x, full, array) end
local function qr(array, x) return C.dg_qr(x, array) end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: matrices
  --- Shapes: x: ... x n x n; y: the same.
  --- Dtypes: floats; the results have x's.
  --- Errors: where there is no OpenBLAS with LAPACK.
  --- Source: NumPy.

  --- Inverses. A singular matrix is an error.
  --- Errors: a singular matrix; where there is no OpenBLAS with LAPACK.
  --- Source: Chainer.
  declare "inv(x)"
  --- The same as `inv`, by its name for stacks in Chainer.
  --- Errors: a singular matrix; where there is no OpenBLAS with LAPACK.
  --- Source: Chainer.
  declare "batch_inv(x) -> dg_inv"
  --- Determinants. Where a matrix is singular there is a first gradient, but no second one.
  --- Shapes: x: ... x n x n; y: ...
  --- Source: Chainer.
  declare "det(x)"
  --- The same as `det`, by its name for stacks in Chainer.
  --- Shapes: x: ... x n x n; y: ...
  --- Source: Chainer.
  declare "batch_det(x) -> dg_det"
  --- The x of a x = b; b is a matrix or one vector, leading axes broadcast.
  --- Shapes: a: ... x n x n; b: ... x n x k or n; leading axes broadcast; x: as b.
  --- Dtypes: floats, one for both; x has it.
  --- Errors: a singular matrix; where there is no OpenBLAS with LAPACK.
  declare "solve(a, b)"
  --- The lower triangular l with l l' = x of a symmetric positive definite x, of which the lower
  --- triangle alone is read.
  --- Errors: a matrix that is not positive definite; where there is no OpenBLAS with LAPACK.
  declare "cholesky(x)"
  --- Eigenvalues, ascending, and eigenvectors, as columns, of a symmetric matrix, of which the
  --- lower triangle alone is read. The gradient of vectors wants eigenvalues that differ.
  --- Shapes: x: ... x n x n; w: ... x n; v: ... x n x n.
  ---@return dgraph.Tensor w
  ---@return dgraph.Tensor v
  declare("eigh(x)", function(x) return unpack(several(2, eigh, x)) end, 2)
  --- x = u diag(s) vh; singular values fall. Of m x n with k = min(m, n), u is m x m and vh n x n,
  --- or without `full_matrices` m x k and k x n, which a gradient of vectors wants where x is not
  --- square.
  --- Shapes: x: ... x m x n; u: ... x m x m, s: ... x k, vh: ... x n x n, or as the text says.
  ---@return dgraph.Tensor u
  ---@return dgraph.Tensor s
  ---@return dgraph.Tensor vh
  declare("svd(x, full_matrices: boolean = true)", function(x, full_matrices)
    return unpack(several(3, svd, x, full_matrices))
  end, 3)
  --- x = q r, where q has orthonormal columns and r is upper triangular. Of m x n with k = min(m,
  --- n), q is m x k and r k x n.
  --- Shapes: x: ... x m x n; q: ... x m x k, r: ... x k x n with k = min(m, n).
  ---@return dgraph.Tensor q
  ---@return dgraph.Tensor r
  declare("qr(x)", function(x)
    local ndim = x.ndim
    local m, n = ndim < 2 and 0 or x:dim(-2), ndim < 2 and 0 or x:dim(-1)
    if m >= n then return unpack(several(2, qr, x)) end
    local left, right = unpack(F.split(x, { m, n - m }, -1))
    local q, r = unpack(several(2, qr, left))
    return q, F.concat({ r, F.matmul(F.swapaxes(q, -1, -2), right) }, -1)
  end, 2)
  --- Moore-Penrose inverses. Singular values count as 0 that are not above `rcond` times the
  --- largest; by default the larger of the sizes times the distance from 1 to the next number.
  --- Shapes: x: ... x m x n; y: ... x n x m.
  declare("pinv(x, rcond: any?)", function(x, rcond)
    if rcond == nil and x.ndim >= 2 then
      rcond = math.max(x:dim(-1), x:dim(-2)) * (EPSILON[x.dtype] or 0)
    end
    return native.wrap(C.dg_pinv(x, rcond or 0))
  end)
  --- The x for which a x - b has the smallest sum of squares, and of several the smallest: pinv(a)
  --- b. b is a matrix or one vector; `rcond` as for pinv.
  --- Shapes: a: ... x m x n; b: ... x m x k or m; x: ... x n x k or n.
  --- Dtypes: floats, one for both; x has it.
  declare("lstsq(a, b, rcond: any?)", function(a, b, rcond)
    return F.matmul(F.pinv(a, rcond), b)
  end)
end
