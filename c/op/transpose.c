/* transpose.c -- the axes of a tensor in another order, without a copy. */
#include "op/op.h"

/* Attributes: i[k] is the axis of x that becomes axis k of y. */
static int transpose_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  dg_body *y = dg_output_view(c, 0, c->x[0]);
  if (!y) return -1;
  for (int k = 0; k < x->ndim; k++) {
    y->v.shape[k] = x->shape[c->i[k]];
    y->v.stride[k] = x->stride[c->i[k]];
  }
  dg_view_finish(&y->v);
  return 0;
}

/* gx = gy with its axes put back. */
static int transpose_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  int ndim = c->x[0]->v.ndim;
  int64_t back[DG_MAX_NDIM];
  for (int k = 0; k < ndim; k++) back[c->i[k]] = k;
  gx[0] = dg_transpose(gy[0], ndim, back);
  return 0;
}

const dg_op_class dg_transpose_op = {
  .name = "transpose",
  .shape = transpose_shape,
  .backward = transpose_backward,
};

/* x with its axes in the order given: axis k of the result is axis axes[k] of x. A count of 0
 * reverses them all. Shares the elements of x. */
DG_API dg_tensor *dg_transpose(dg_tensor *x, int count, const int64_t *axes)
{
  dg_body *b = dg_body_of(x);
  if (!b) return NULL;
  int ndim = b->v.ndim;
  if (count != 0 && count != ndim) {
    dg_fail(DG_EARGUMENT, "transpose: %d axes given for a tensor of %d", count, ndim);
    return NULL;
  }
  if (dg_axes("transpose", ndim, count, axes) < 0) return NULL;
  dg_call *c = dg_begin1(&dg_transpose_op, x);
  for (int k = 0; k < ndim && c; k++) {
    if (count == 0) c->i[k] = ndim - 1 - k;
    else c->i[k] = axes[k] < 0 ? axes[k] + ndim : axes[k];
  }
  return dg_finish(c);
}

/* x with two of its axes exchanged. Shares the elements of x. */
DG_API dg_tensor *dg_swap_axes(dg_tensor *x, int64_t i, int64_t j)
{
  dg_call *c = dg_begin1(&dg_transpose_op, x);
  if (!c) return NULL;
  int ndim = c->x[0]->v.ndim, a = dg_axis(c, i, ndim), b = a < 0 ? -1 : dg_axis(c, j, ndim);
  if (b < 0) {
    dg_call_discard(c);
    return NULL;
  }
  for (int k = 0; k < ndim; k++) c->i[k] = k;
  c->i[a] = b;
  c->i[b] = a;
  return dg_finish(c);
}
