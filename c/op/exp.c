/* exp.c -- exponentials: e^x, and e^x - 1 without loss near zero. */
#include "op/op.h"

DG_MAP1(exp_map, (exp(x)))
DG_MAP1(expm1_map, (expm1(x)))

static int exp_forward(dg_call *c) { return dg_map_forward(c, &exp_map); }
static int expm1_forward(dg_call *c) { return dg_map_forward(c, &expm1_map); }

/* y = e^x: gx = gy y. */
static int exp_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_y(c, 0));
  return 0;
}

/* y = e^x - 1: gx = gy (y + 1). */
static int expm1_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_affine(dg_y(c, 0), 1, 1));
  return 0;
}

static const dg_op_class exp_op = {
  "exp", dg_shape_same, exp_forward, exp_backward, DG_READS_Y, 0,
};
static const dg_op_class expm1_op = {
  "expm1", dg_shape_same, expm1_forward, expm1_backward, DG_READS_Y, 0,
};

/* e^x, elementwise; floats. */
DG_API dg_tensor *dg_exp(dg_tensor *x) { return dg_finish(dg_begin1(&exp_op, x)); }

/* e^x - 1, elementwise, exact near 0 too; floats. */
DG_API dg_tensor *dg_expm1(dg_tensor *x) { return dg_finish(dg_begin1(&expm1_op, x)); }
