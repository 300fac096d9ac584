/* cumsum.c -- running sums along an axis. */
#include "op/op.h"

enum { AXIS, REVERSE }; /* attributes */

static int cumsum_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  int axis = dg_axis(c, c->i[AXIS], x->ndim);
  if (axis < 0) return -1;
  c->i[AXIS] = axis;
  return dg_output(c, 0, x->dtype, x->ndim, x->shape) ? 0 : -1;
}

static int cumsum_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  return dg_backend_of(x)->cumsum(x, &c->y[0]->v, (int)c->i[AXIS], c->i[REVERSE] != 0);
}

/* x_i is in every sum from place i on: gx is gy summed from the other end. */
static int cumsum_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_cumsum(gy[0], c->i[AXIS], !c->i[REVERSE]);
  return 0;
}

static const dg_op_class cumsum_op = {
  .name = "cumsum",
  .flags = DG_WIDENS,
  .shape = cumsum_shape,
  .forward = cumsum_forward,
  .backward = cumsum_backward,
};

/* The sums of x up to each place of an axis, that place included; with `reverse` from each place to
 * the end. Floats, int32 or int64. */
DG_API dg_tensor *dg_cumsum(dg_tensor *x, int64_t axis, int reverse)
{
  dg_call *c = dg_begin1(&cumsum_op, x);
  if (c) c->i[AXIS] = axis, c->i[REVERSE] = reverse != 0;
  return dg_finish(c);
}
