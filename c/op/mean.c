/* mean.c -- the mean over axes. */
#include "op/op.h"

/* The mean of x over `count` axes (0: all of them); with keepdims they stay as size 1. Floats; NaN
 * where there is nothing. */
DG_API dg_tensor *dg_mean(dg_tensor *x, int count, const int64_t *axes, int keepdims)
{
  dg_body *b = dg_full_body_of(x);
  int64_t set = b ? dg_axes("mean", b->v.ndim, count, axes) : -1, n = 1;
  if (set < 0) return NULL;
  if (!dg_is_float(b->v.dtype)) {
    dg_fail(DG_ETYPE, "mean: wanted a float tensor, got %s (cast it)", dg_dtype_name(b->v.dtype));
    return NULL;
  }
  for (int i = 0; i < b->v.ndim; i++)
    if (set >> i & 1) n *= b->v.shape[i];
  dg_pool pool = dg_pool_open();
  if (dg_is_half(b->v.dtype)) /* the sum may be beyond the largest number */
    return dg_pool_close(pool, dg_round_as(x, dg_mean(dg_cast(x, DG_F32), count, axes, keepdims)));
  return dg_pool_close(pool, dg_affine(dg_sum(x, count, axes, keepdims), 1 / (double)n, 0));
}
