/* prelu.c -- rectifiers whose slope below 0 is another tensor: learned, or random. */
#include "op/random.h"

DG_MAP2(prelu_map, (x < 0 ? x * y : x))

/* gx = gy where x >= 0, else W gy; gW = x gy where x < 0, summed over what W was repeated along. */
static int prelu_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *x = dg_x(c, 0), *negative = dg_lt_number(x, 0);
  if (dg_needs(c, 0)) {
    dg_tensor *slope = dg_where(negative, dg_x(c, 1), dg_constant(&c->x[0]->v, 0, NULL, 1));
    gx[0] = dg_mul(gy[0], slope);
  }
  if (dg_needs(c, 1)) {
    dg_tensor *part = dg_where(negative, x, dg_constant(&c->x[0]->v, 0, NULL, 0));
    gx[1] = dg_unbroadcast(c, 1, dg_mul(gy[0], part));
  }
  return 0;
}

static const dg_op_class prelu_op = {
  .name = "prelu",
  .shape = dg_shape_broadcast_float,
  .map = &prelu_map,
  .backward = prelu_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};
static const dg_op_class rrelu_op = {
  .name = "rrelu",
  .shape = dg_shape_same,
  .map = &prelu_map,
  .backward = prelu_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

/* x where it is not negative, else W x, elementwise; floats. W has the shape of x behind its first
 * axis, or the first axes of that. */
DG_API dg_tensor *dg_prelu(dg_tensor *x, dg_tensor *W)
{
  dg_pool pool = dg_pool_open();
  return dg_pool_close(pool, dg_apply2(&prelu_op, x, dg_align("prelu", x, W, 1), NULL));
}

/* x where it is not negative, else r x, elementwise; floats of one shape and dtype. */
DG_API dg_tensor *dg_rrelu(dg_tensor *x, dg_tensor *r) { return dg_apply2(&rrelu_op, x, r, NULL); }

/* A tensor like x, floats, of random numbers in [low, high), or of the number that both are. */
DG_API dg_tensor *dg_rrelu_slopes(dg_tensor *x, double low, double high)
{
  dg_body *b = dg_body_of(x);
  if (!b) return NULL;
  if (!dg_is_float(b->v.dtype)) {
    dg_fail(DG_ETYPE, "rrelu: wanted a float tensor, got %s", dg_dtype_name(b->v.dtype));
    return NULL;
  }
  if (!(low <= high)) {
    dg_fail(DG_EARGUMENT, "rrelu: the lower bound %g is above the upper bound %g", low, high);
    return NULL;
  }
  dg_pool pool = dg_pool_open();
  dg_tensor *r = dg_constant(&b->v, b->v.ndim, b->v.shape, low);
  if (r && low < high && dg_draw(DG_UNIFORM, &dg_body_of(r)->v, low, high) < 0) r = NULL;
  return dg_pool_close(pool, r);
}
