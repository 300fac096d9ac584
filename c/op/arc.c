/* arc.c -- the inverses of sine, cosine and tangent, elementwise, in radians. */
#include "op/op.h"

DG_MAP_PLAIN(1, arcsin_map, (asin(x)))
DG_MAP_PLAIN(1, arccos_map, (acos(x)))
DG_MAP_PLAIN(1, arctan_map, (atan(x)))
DG_MAP_PLAIN(2, arctan2_map, (atan2(x, y)))

/* gy / sqrt(1 - x^2) */
static dg_tensor *over_leg(dg_call *c, dg_tensor *gy)
{
  return dg_mul(gy, dg_rsqrt(dg_affine(dg_square(dg_x(c, 0)), -1, 1)));
}

/* gx = gy / sqrt(1 - x^2). */
static int arcsin_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = over_leg(c, gy[0]);
  return 0;
}

/* gx = -gy / sqrt(1 - x^2). */
static int arccos_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_neg(over_leg(c, gy[0]));
  return 0;
}

/* gx = gy / (1 + x^2). */
static int arctan_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_div(gy[0], dg_affine(dg_square(dg_x(c, 0)), 1, 1));
  return 0;
}

/* With r^2 = a^2 + b^2: ga = gy b / r^2, gb = -gy a / r^2. */
static int arctan2_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *a = dg_x(c, 0), *b = dg_x(c, 1);
  dg_tensor *part = dg_div(gy[0], dg_add(dg_square(a), dg_square(b)));
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, dg_mul(part, b));
  if (dg_needs(c, 1)) gx[1] = dg_unbroadcast(c, 1, dg_neg(dg_mul(part, a)));
  return 0;
}

static const dg_op_class arcsin_op = {
  .name = "arcsin",
  .shape = dg_shape_same,
  .map = &arcsin_map,
  .backward = arcsin_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class arccos_op = {
  .name = "arccos",
  .shape = dg_shape_same,
  .map = &arccos_map,
  .backward = arccos_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class arctan_op = {
  .name = "arctan",
  .shape = dg_shape_same,
  .map = &arctan_map,
  .backward = arctan_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class arctan2_op = {
  .name = "arctan2",
  .shape = dg_shape_broadcast_float,
  .map = &arctan2_map,
  .backward = arctan2_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

/* The angle in [-pi / 2, pi / 2] whose sine is x, elementwise; floats. NaN beyond [-1, 1]. */
DG_API dg_tensor *dg_arcsin(dg_tensor *x) { return dg_apply1(&arcsin_op, x, NULL); }

/* The angle in [0, pi] whose cosine is x, elementwise; floats. NaN beyond [-1, 1]. */
DG_API dg_tensor *dg_arccos(dg_tensor *x) { return dg_apply1(&arccos_op, x, NULL); }

/* The angle in [-pi / 2, pi / 2] whose tangent is x, elementwise; floats. */
DG_API dg_tensor *dg_arctan(dg_tensor *x) { return dg_apply1(&arctan_op, x, NULL); }

/* The angle in [-pi, pi] of the point with ordinate a and abscissa b, elementwise, broadcast;
 * floats of one dtype. */
DG_API dg_tensor *dg_arctan2(dg_tensor *a, dg_tensor *b)
{
  return dg_apply2(&arctan2_op, a, b, NULL);
}
