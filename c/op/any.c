/* any.c -- whether any or all elements over axes are true. They give bools, no gradient. */
#include "op/op.h"

/* `reduce` is max or min; `nothing` is the answer where there are no elements. */
static dg_tensor *over_axes(const char *name,
                            dg_tensor *(*reduce)(dg_tensor *, int, const int64_t *, int),
                            double nothing, dg_tensor *x, int count, const int64_t *axes,
                            int keepdims)
{
  dg_body *b = dg_full_body_of(x);
  int64_t set = b ? dg_axes(name, b->v.ndim, count, axes) : -1, shape[DG_MAX_NDIM];
  if (set < 0) return NULL;
  bool empty = false;
  int ndim = 0;
  for (int i = 0; i < b->v.ndim; i++) {
    bool goes = set >> i & 1;
    if (goes && b->v.shape[i] == 0) empty = true;
    if (!goes || keepdims) shape[ndim++] = goes ? 1 : b->v.shape[i];
  }
  if (empty) {
    dg_view like = b->v;
    like.dtype = DG_BOOL;
    return dg_constant(&like, ndim, shape, nothing);
  }
  dg_pool pool = dg_pool_open();
  dg_tensor *truth = b->v.dtype == DG_BOOL ? x : dg_ne_number(x, 0);
  return dg_pool_close(pool, reduce(truth, count, axes, keepdims));
}

/* Whether an element of x over `count` axes (0: all of them) is true, or not 0, as bools; with
 * keepdims the axes stay as size 1. Any dtype; NaN is not 0. False where there is nothing. */
DG_API dg_tensor *dg_any(dg_tensor *x, int count, const int64_t *axes, int keepdims)
{
  return over_axes("any", dg_max, 0, x, count, axes, keepdims);
}

/* Whether all elements of x over `count` axes (0: all of them) are true, or not 0, as dg_any. True
 * where there is nothing. */
DG_API dg_tensor *dg_all(dg_tensor *x, int count, const int64_t *axes, int keepdims)
{
  return over_axes("all", dg_min, 1, x, count, axes, keepdims);
}
