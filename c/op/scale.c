/* scale.c -- a tensor times, or plus, another that is repeated along some of its axes. */
#include "op/op.h"

/* x y, where the axes of y are those of x from `axis` on, or the first of these. Any dtype but
 * bool. */
DG_API dg_tensor *dg_scale_along(dg_tensor *x, dg_tensor *y, int64_t axis)
{
  dg_pool pool = dg_pool_open();
  return dg_pool_close(pool, dg_mul(x, dg_align("scale", x, y, axis)));
}

/* x + y, where the axes of y are those of x from `axis` on, or the first of these. Any dtype but
 * bool. */
DG_API dg_tensor *dg_bias_along(dg_tensor *x, dg_tensor *y, int64_t axis)
{
  dg_pool pool = dg_pool_open();
  return dg_pool_close(pool, dg_add(x, dg_align("bias", x, y, axis)));
}
