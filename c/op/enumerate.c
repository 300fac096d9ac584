/* enumerate.c -- the numbers of places, and the triangles that they decide. */
#include "op/array.h"

dg_tensor *dg_enumerated(const dg_view *like, int ndim, const int64_t *shape)
{
  dg_view whole = *like;
  whole.dtype = DG_I64;
  int64_t size = 1;
  for (int k = 0; k < ndim; k++) size *= shape[k];
  dg_pool pool = dg_pool_open();
  dg_tensor *y = dg_cumsum(dg_constant(&whole, 1, &size, 1), 0, 0);
  return dg_pool_close(pool, dg_reshape(dg_affine(y, 1, -1), ndim, shape));
}

/* The row-major position of each element of x, in x's shape: int64, from 0. */
DG_API dg_tensor *dg_enumerate(const dg_tensor *x)
{
  dg_body *b = dg_full_body_of(x);
  return b ? dg_enumerated(&b->v, b->v.ndim, b->v.shape) : NULL;
}

/* x where it is above diagonal k (which counts) or below, zeros elsewhere. */
static dg_tensor *triangle(const char *who, dg_tensor *x, int64_t k, bool upper)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return NULL;
  const dg_view v = b->v;
  char shape[DG_SHAPE_TEXT];
  if (v.ndim < 2 || k < -INT32_MAX || k > INT32_MAX) {
    dg_fail(DG_EARGUMENT, "%s: wanted matrices and a diagonal that there is, got shape %s and %lld",
            who, dg_shape_text(&v, shape), (long long)k);
    return NULL;
  }
  int64_t down[2] = { v.shape[v.ndim - 2], 1 }, across[2] = { 1, v.shape[v.ndim - 1] };
  dg_pool pool = dg_pool_open();
  dg_tensor *row = dg_affine(dg_enumerated(&v, 2, down), 1, (double)k);
  dg_tensor *column = dg_enumerated(&v, 2, across);
  dg_tensor *inside = upper ? dg_ge(column, row) : dg_le(column, row);
  return dg_pool_close(pool, dg_where(inside, x, dg_constant(&v, 0, NULL, 0)));
}

/* The matrices in the last two axes of x, with zeros above diagonal k (0: the main one, positive:
 * above it). Any dtype. */
DG_API dg_tensor *dg_tril(dg_tensor *x, int64_t k) { return triangle("tril", x, k, false); }

/* The same with zeros below diagonal k. */
DG_API dg_tensor *dg_triu(dg_tensor *x, int64_t k) { return triangle("triu", x, k, true); }
