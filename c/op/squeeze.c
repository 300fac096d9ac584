/* squeeze.c -- axes of size 1 taken out, without a copy. */
#include "op/op.h"

static int squeeze_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  for (int k = 0; k < x->ndim; k++)
    if (c->i[0] >> k & 1 && x->shape[k] != 1)
      return dg_op_fail(c, DG_EARGUMENT, "axis %d has size %lld, wanted 1", k + 1,
                        (long long)x->shape[k]);
  dg_body *y = dg_output_view(c, 0, c->x[0]);
  if (!y) return -1;
  y->v.ndim = 0;
  for (int k = 0; k < x->ndim; k++) {
    if (c->i[0] >> k & 1) continue;
    y->v.shape[y->v.ndim] = x->shape[k];
    y->v.stride[y->v.ndim++] = x->stride[k];
  }
  return 0;
}

static int squeeze_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_reshape(gy[0], c->x[0]->v.ndim, c->x[0]->v.shape);
  return 0;
}

static const dg_op_class squeeze_op = {
  .name = "squeeze",
  .shape = squeeze_shape,
  .backward = squeeze_backward,
};

/* x without `count` axes, which must have size 1; a count of 0 takes out all that have. Shares the
 * elements of x. */
DG_API dg_tensor *dg_squeeze(dg_tensor *x, int count, const int64_t *axes)
{
  dg_body *b = dg_body_of(x);
  int64_t set = b ? dg_axes("squeeze", b->v.ndim, count, axes) : -1;
  if (set < 0) return NULL;
  for (int k = 0; k < b->v.ndim && count == 0; k++)
    if (b->v.shape[k] != 1) set &= ~((int64_t)1 << k);
  dg_call *c = dg_begin1(&squeeze_op, x);
  if (c) c->i[0] = set;
  return dg_finish(c);
}
