/* cummax.c -- running maxima along an axis, and where they are. */
#include "op/op.h"

enum { AXIS }; /* attribute */

static int argcummax_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  int axis = dg_axis(c, c->i[AXIS], x->ndim);
  c->i[AXIS] = axis;
  return axis < 0 || !dg_output(c, 0, DG_I64, x->ndim, x->shape) ? -1 : 0;
}

static int argcummax_forward(dg_call *c)
{
  const dg_view *y = &c->y[0]->v;
  return dg_backend_of(y)->argcummax(&c->x[0]->v, y, (int)c->i[AXIS]);
}

static const dg_op_class argcummax_op = {
  .name = "cummax",
  .shape = argcummax_shape,
  .forward = argcummax_forward,
};

/* Where the largest element of x up to each place of an axis is, as int64 counted from `base`: of
 * equals the last one; the first NaN wins over all. Any dtype. Not differentiable. */
DG_API dg_tensor *dg_argcummax(dg_tensor *x, int64_t axis, int base)
{
  dg_pool pool = dg_pool_open();
  dg_call *c = dg_begin1(&argcummax_op, x);
  if (c) c->i[AXIS] = axis;
  dg_tensor *y = dg_finish(c);
  return dg_pool_close(pool, base == 0 ? y : dg_affine(y, 1, base));
}
