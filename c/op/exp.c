/* exp.c -- exponentials: e^x, and e^x - 1 without loss near zero. */
#include "op/op.h"

DG_MAP1(exp_map, (exp(x)))
DG_MAP1(expm1_map, (expm1(x)))

/* y = e^x - 1: gx = gy (y + 1). */
static int expm1_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_affine(dg_y(c, 0), 1, 1));
  return 0;
}

/* y = e^x: gx = gy y. */
static const dg_op_class exp_op = {
  .name = "exp",
  .flags = DG_WIDENS,
  .shape = dg_shape_same,
  .map = &exp_map,
  .backward = dg_rule_backward,
  .gradient = { { &dg_mul_op, DG_GY, DG_Y } },
  .reads = DG_READS_Y,
};
static const dg_op_class expm1_op = {
  .name = "expm1",
  .flags = DG_WIDENS,
  .shape = dg_shape_same,
  .map = &expm1_map,
  .backward = expm1_backward,
  .reads = DG_READS_Y,
};

/* e^x, elementwise; floats. */
DG_API dg_tensor *dg_exp(dg_tensor *x) { return dg_apply1(&exp_op, x, NULL); }

/* e^x - 1, elementwise, exact near 0 too; floats. */
DG_API dg_tensor *dg_expm1(dg_tensor *x) { return dg_apply1(&expm1_op, x, NULL); }
