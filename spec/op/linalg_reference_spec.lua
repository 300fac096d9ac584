local dg = require "dgraph"
local matrices = require "spec.support.matrices"
local reference = require "spec.support.reference"

local F = dg.F

local symmetric = matrices.symmetric

-- Signs of vectors are arbitrary: squares do not depend on them.
local functions = {
  inv = F.inv,
  det = F.det,
  batch_inv = F.batch_inv,
  batch_det = F.batch_det,
  solve = F.solve,
  ["solve with a vector"] = F.solve,
  cholesky = function(x) return F.cholesky(symmetric(x)) end,
  ["pinv of a tall matrix"] = F.pinv,
  ["pinv of a wide matrix"] = F.pinv,
  lstsq = F.lstsq,
  ["eigh values"] = function(x) return (F.eigh(symmetric(x))) end,
  ["eigh vectors"] = function(x) return select(2, F.eigh(symmetric(x))) ^ 2 end,
  tensordot = F.tensordot,
  ["tensordot axes"] = function(a, b) return F.tensordot(a, b, { { 3, 1 }, { 1, 2 } }) end,
  dot = F.dot,
  bilinear = F.bilinear,
}

for _, shape in ipairs { "square", "tall", "wide" } do
  functions["svd values, " .. shape] = function(x) return (select(2, F.svd(x, false))) end
  functions["svd u, " .. shape] = function(x) return (F.svd(x, false)) ^ 2 end
  functions["svd vh, " .. shape] = function(x) return select(3, F.svd(x, false)) ^ 2 end
  functions["qr q, " .. shape] = function(x) return (F.qr(x)) ^ 2 end
  functions["qr r, " .. shape] = function(x) return select(2, F.qr(x)) ^ 2 end
end

for _, formula in ipairs {
  "ij,jk->ik", "ij,jk", "ii->i", "ii", "ba", "...ij,...jk->...ik", "i,j,k->kij", "abcd,cdea->eb",
  "bij,bjk,bk->bi", "...a,...a->...", "iji,jk->ki", "ij,kl->jlik", "i...->...",
  "ea,fb,abcd,gc,hd->efgh",
} do
  functions["einsum " .. formula] = function(...) return F.einsum(formula, ...) end
end

local function sparse(data, row, col)
  return dg.utils.CooMatrix(data, row + 1, col + 1, { 4, 5 })
end

functions.sparse_matmul = function(data, row, col, x)
  return F.sparse_matmul(sparse(data, row, col), x)
end
functions["sparse_matmul on the right"] = function(data, row, col, x)
  return F.sparse_matmul(x, sparse(data, row, col), true, true)
end
functions["sparse_matmul of batches"] = function(data, row, col, x)
  return F.sparse_matmul(sparse(data, row, col), x, true, true)
end

reference("linalg", functions)
