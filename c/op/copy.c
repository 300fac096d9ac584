/* copy.c -- a contiguous copy, in the same or another dtype. */
#include "op/op.h"

static int cast_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  return dg_output(c, 0, (int)c->i[0], x->ndim, x->shape) ? 0 : -1;
}

static int cast_forward(dg_call *c)
{
  return dg_backend_of(&c->x[0]->v)->copy(&c->x[0]->v, &c->y[0]->v);
}

/* gx = gy in the dtype of x. */
static int cast_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_cast(gy[0], c->x[0]->v.dtype);
  return 0;
}

static const dg_op_class cast_op = {
  .name = "cast",
  .shape = cast_shape,
  .forward = cast_forward,
  .backward = cast_backward,
};

/* gx = gy. */
static int copy_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  (void)c;
  gx[0] = gy[0];
  return 0;
}

static const dg_op_class copy_op = {
  .name = "copy",
  .shape = cast_shape,
  .forward = cast_forward,
  .backward = copy_backward,
};

/* x in another dtype. Floats go to integers by truncation; what does not fit becomes the nearest
 * that does, NaN becomes 0. Gradients flow between float dtypes. A copy even if nothing changes. */
DG_API dg_tensor *dg_cast(dg_tensor *x, int dtype)
{
  dg_call *c = dg_begin1(&cast_op, x);
  if (c) c->i[0] = dtype;
  return dg_finish(c);
}

/* A contiguous copy of x. */
DG_API dg_tensor *dg_copy(dg_tensor *x)
{
  dg_call *c = dg_begin1(&copy_op, x);
  if (c) c->i[0] = c->x[0]->v.dtype;
  return dg_finish(c);
}
