/* var.c -- the variance and the standard deviation over axes. */
#include "op/op.h"

/* Of floats of 16 bits in float32. */
static dg_tensor *variance(const char *name, dg_tensor *x, int count, const int64_t *axes,
                           double correction, int keepdims)
{
  dg_body *b = dg_full_body_of(x);
  int64_t set = b ? dg_axes(name, b->v.ndim, count, axes) : -1, n = 1;
  if (set < 0) return NULL;
  if (!dg_is_float(b->v.dtype)) {
    dg_fail(DG_ETYPE, "%s: wanted a float tensor, got %s (cast it)", name,
            dg_dtype_name(b->v.dtype));
    return NULL;
  }
  for (int i = 0; i < b->v.ndim; i++)
    if (set >> i & 1) n *= b->v.shape[i];
  dg_pool pool = dg_pool_open();
  if (dg_is_half(b->v.dtype)) {
    x = dg_cast(x, DG_F32);
    return dg_pool_close(pool, variance(name, x, count, axes, correction, keepdims));
  }
  double degrees = (double)n - correction; /* none left: 0 / 0, or x / 0 */
  dg_tensor *rest = dg_sub(x, dg_mean(x, count, axes, 1));
  dg_tensor *sum = dg_sum(dg_square(rest), count, axes, keepdims);
  return dg_pool_close(pool, dg_div_number(sum, degrees > 0 ? degrees : 0));
}

/* The variance of x over `count` axes (0: all of them): the sum of (x - mean)^2 over n -
 * correction, where n elements go. With keepdims the axes stay as size 1. Floats. */
DG_API dg_tensor *dg_var(dg_tensor *x, int count, const int64_t *axes, double correction,
                         int keepdims)
{
  dg_pool pool = dg_pool_open();
  dg_tensor *y = variance("var", x, count, axes, correction, keepdims);
  return dg_pool_close(pool, dg_round_as(x, y));
}

/* The standard deviation: the square root of dg_var. */
DG_API dg_tensor *dg_std(dg_tensor *x, int count, const int64_t *axes, double correction,
                         int keepdims)
{
  dg_pool pool = dg_pool_open();
  dg_tensor *y = dg_sqrt(variance("std", x, count, axes, correction, keepdims));
  return dg_pool_close(pool, dg_round_as(x, y));
}
