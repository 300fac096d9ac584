/* gamma.c -- log gamma and its derivatives, and Hurwitz's zeta, elementwise. */
#include "op/op.h"
#include "device/special.h"

DG_MAP_SPECIAL(1, lgamma_map, (T)(dg_lgamma_f64(x)))
DG_MAP_SPECIAL(1, digamma_map, (T)(dg_digamma_f64(x)))
DG_MAP_SPECIAL(2, polygamma_map, (T)(dg_polygamma_f64(x, y)))
DG_MAP_SPECIAL(2, zeta_map, (T)(dg_zeta_f64(x, y)))

/* y = log |gamma(x)|: gx = gy digamma(x). */
static int lgamma_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_digamma(dg_x(c, 0)));
  return 0;
}

static int digamma_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_polygamma_number(1, dg_x(c, 0)));
  return 0;
}

/* gx = gy polygamma(n + 1, x); the order n of a derivative never has a gradient. */
static int polygamma_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *next = dg_polygamma(dg_affine(dg_x(c, 0), 1, 1), dg_x(c, 1));
  gx[1] = dg_unbroadcast(c, 1, dg_mul(gy[0], next));
  return 0;
}

/* gq = -gy x zeta(x + 1, q) (DLMF 25.11.17); x never has a gradient. */
static int zeta_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *x = dg_x(c, 0);
  dg_tensor *slope = dg_neg(dg_mul(x, dg_zeta(dg_affine(x, 1, 1), dg_x(c, 1))));
  gx[1] = dg_unbroadcast(c, 1, dg_mul(gy[0], slope));
  return 0;
}

static const dg_op_class lgamma_op = {
  .name = "lgamma",
  .shape = dg_shape_same,
  .map = &lgamma_map,
  .backward = lgamma_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class digamma_op = {
  .name = "digamma",
  .shape = dg_shape_same,
  .map = &digamma_map,
  .backward = digamma_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class polygamma_op = {
  .name = "polygamma",
  .shape = dg_shape_broadcast_float,
  .map = &polygamma_map,
  .backward = polygamma_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};
static const dg_op_class zeta_op = {
  .name = "zeta",
  .shape = dg_shape_broadcast_float,
  .map = &zeta_map,
  .backward = zeta_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

/* The body of an operand for which there is no gradient; NULL with an error if one is asked for. */
static dg_body *without_gradient(const char *who, const char *what, dg_tensor *x)
{
  dg_body *b = dg_body_of(x);
  if (!b || !(b->flags & DG_REQUIRES_GRAD) || dg_tape.no_backprop) return b;
  dg_fail(DG_EGRAPH, "%s: there is no gradient for %s, which requires one (detach it)", who, what);
  return NULL;
}

/* log |gamma(x)|, elementwise; floats. Infinite at 0 and the negative whole numbers. */
DG_API dg_tensor *dg_lgamma(dg_tensor *x) { return dg_apply1(&lgamma_op, x, NULL); }

/* The derivative of lgamma, elementwise; floats. Infinite at 0, NaN at negative whole numbers. */
DG_API dg_tensor *dg_digamma(dg_tensor *x) { return dg_apply1(&digamma_op, x, NULL); }

/* Derivative n of digamma at x, elementwise, broadcast. x holds floats, n whole numbers from 0 on,
 * of any dtype, without a gradient. Infinite at 0 and the negative whole numbers. */
DG_API dg_tensor *dg_polygamma(dg_tensor *n, dg_tensor *x)
{
  const dg_body *order = without_gradient("polygamma", "n", n), *b = order ? dg_body_of(x) : NULL;
  if (!b) return NULL;
  dg_pool pool = dg_pool_open();
  if (order->v.dtype != b->v.dtype && dg_is_float(b->v.dtype)) n = dg_cast(n, b->v.dtype);
  return dg_pool_close(pool, dg_apply2(&polygamma_op, n, x, NULL));
}

/* Derivative n of digamma, elementwise; floats. */
DG_API dg_tensor *dg_polygamma_number(double n, dg_tensor *x)
{
  const dg_body *b = dg_body_of(x);
  if (!b) return NULL;
  dg_pool pool = dg_pool_open();
  return dg_pool_close(pool, dg_polygamma(dg_constant(&b->v, 0, NULL, n), x));
}

/* Hurwitz's zeta, the sum of (q + k)^-x over k = 0, 1, 2 ..., elementwise, broadcast; floats of one
 * dtype. Only q has a gradient, as in Chainer. Infinite for x = 1, NaN below, and NaN for a
 * negative q with an x that is not whole. */
DG_API dg_tensor *dg_zeta(dg_tensor *x, dg_tensor *q)
{
  return without_gradient("zeta", "x", x) ? dg_apply2(&zeta_op, x, q, NULL) : NULL;
}
