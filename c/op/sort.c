/* sort.c -- the order of elements along an axis. */
#include "op/op.h"

enum { AXIS, DESCENDING }; /* attributes */

static int argsort_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  int axis = dg_axis(c, c->i[AXIS], x->ndim);
  if (axis < 0) return -1;
  c->i[AXIS] = axis;
  return dg_output(c, 0, DG_I64, x->ndim, x->shape) ? 0 : -1;
}

static int argsort_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  int status = dg_backend_of(x)->argsort(x, (int)c->i[AXIS], c->i[DESCENDING] != 0, &c->y[0]->v);
  if (status < 0) dg_fail_prefix("argsort: ");
  return status;
}

static const dg_op_class argsort_op = {
  .name = "argsort",
  .shape = argsort_shape,
  .forward = argsort_forward,
};

/* The positions along an axis at which x's elements stand in rising order, or falling: int64,
 * counted from `base`, in x's shape. Equal elements keep their order; NaN counts as larger than all
 * numbers. Any dtype; not differentiable. dg_gather with them gives the elements in order. */
DG_API dg_tensor *dg_argsort(dg_tensor *x, int64_t axis, int descending, int64_t base)
{
  dg_pool pool = dg_pool_open();
  dg_call *c = dg_begin1(&argsort_op, x);
  if (c) c->i[AXIS] = axis, c->i[DESCENDING] = descending != 0;
  dg_tensor *y = dg_finish(c);
  return dg_pool_close(pool, base == 0 ? y : dg_affine(y, 1, (double)base));
}
