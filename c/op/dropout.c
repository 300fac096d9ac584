/* dropout.c -- noise that training should withstand: elements vanish at random. */
#include "op/random.h"

DG_MAP2(dropout_map, (x * y))

static dg_tensor *masked(dg_tensor *x, dg_tensor *mask);

/* The mask has no gradient; to x it stays the same. */
static int dropout_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = masked(gy[0], dg_x(c, 1));
  return 0;
}

static const dg_op_class dropout_op = {
  .name = "dropout",
  .shape = dg_shape_same,
  .map = &dropout_map,
  .backward = dropout_backward,
  .reads = DG_READS_X1,
};

static dg_tensor *masked(dg_tensor *x, dg_tensor *mask)
{
  return dg_apply2(&dropout_op, x, mask, NULL);
}

/* x with each element 0 with probability `ratio`, in [0, 1), and otherwise divided by 1 - ratio, so
 * that the mean stays. Floats. Draws from this thread's random numbers. */
DG_API dg_tensor *dg_dropout(dg_tensor *x, double ratio)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return NULL;
  if (!(ratio >= 0 && ratio < 1)) {
    dg_fail(DG_EARGUMENT, "dropout: the ratio is %g, wanted one from 0 to below 1", ratio);
    return NULL;
  }
  if (!dg_is_float(b->v.dtype)) {
    dg_fail(DG_ETYPE, "dropout: wanted a float tensor, got %s", dg_dtype_name(b->v.dtype));
    return NULL;
  }
  dg_pool pool = dg_pool_open();
  dg_tensor *mask = dg_blank(&b->v), *y = NULL;
  if (mask && dg_draw(DG_BERNOULLI, &dg_body_of(mask)->v, 1 - ratio, 1 / (1 - ratio)) == 0)
    y = masked(x, mask);
  return dg_pool_close(pool, y);
}
