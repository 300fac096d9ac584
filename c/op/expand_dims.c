/* expand_dims.c -- axes of size 1 put in, without a copy. */
#include "op/op.h"

static int expand_dims_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  int axis =
      x->ndim == DG_MAX_NDIM
          ? dg_op_fail(c, DG_EARGUMENT, "the result would have more than %d axes", DG_MAX_NDIM)
          : dg_axis(c, c->i[0], x->ndim + 1);
  dg_body *y = axis < 0 ? NULL : dg_output_view(c, 0, c->x[0]);
  if (!y) return -1;
  c->i[0] = axis;
  y->v.ndim++;
  for (int k = x->ndim; k > axis; k--) {
    y->v.shape[k] = x->shape[k - 1];
    y->v.stride[k] = x->stride[k - 1];
  }
  y->v.shape[axis] = 1;
  y->v.stride[axis] = 1;
  return 0;
}

static int expand_dims_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_squeeze(gy[0], 1, c->i);
  return 0;
}

static const dg_op_class expand_dims_op = {
  .name = "expand_dims",
  .shape = expand_dims_shape,
  .backward = expand_dims_backward,
};

/* x with a new axis of size 1, which is axis `axis` of the result (negative: from its end). Shares
 * the elements of x. */
DG_API dg_tensor *dg_expand_dims(dg_tensor *x, int64_t axis)
{
  dg_call *c = dg_begin1(&expand_dims_op, x);
  if (c) c->i[0] = axis;
  return dg_finish(c);
}
