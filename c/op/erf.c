/* erf.c -- the error function, elementwise. */
#include "op/op.h"

#define TWO_OVER_SQRT_PI 1.12837916709551257389615890312

DG_MAP1(erf_map, (erf(x)))

/* gx = gy 2 / sqrt(pi) exp(-x^2). */
static int erf_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *bell = dg_exp(dg_neg(dg_square(dg_x(c, 0))));
  gx[0] = dg_mul(gy[0], dg_affine(bell, TWO_OVER_SQRT_PI, 0));
  return 0;
}

static const dg_op_class erf_op = {
  .name = "erf",
  .shape = dg_shape_same,
  .map = &erf_map,
  .backward = erf_backward,
  .reads = DG_READS_X0,
};

/* The error function, elementwise; floats. */
DG_API dg_tensor *dg_erf(dg_tensor *x) { return dg_apply1(&erf_op, x, NULL); }
