/* softplus.c -- the smooth rectifier, y = log(1 + exp(beta x)) / beta, elementwise. */
#include "op/op.h"

DG_MAP1(softplus_map, (softplus(p * x) / p))

static int softplus_forward(dg_call *c)
{
  if (c->f[0] == 0) return dg_op_fail(c, DG_EARGUMENT, "beta is 0");
  return dg_map_forward(c, &softplus_map);
}

/* gx = gy sigmoid(beta x). */
static int softplus_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *x = dg_x(c, 0);
  if (c->f[0] != 1) x = dg_affine(x, c->f[0], 0);
  gx[0] = dg_mul(gy[0], dg_sigmoid(x));
  return 0;
}

static const dg_op_class softplus_op = {
  .name = "softplus",
  .flags = DG_WIDENS,
  .shape = dg_shape_same,
  .forward = softplus_forward,
  .backward = softplus_backward,
  .reads = DG_READS_X0,
};

/* log(1 + exp(beta x)) / beta, elementwise, without overflow; floats. */
DG_API dg_tensor *dg_softplus(dg_tensor *x, double beta)
{
  dg_call *c = dg_begin1(&softplus_op, x);
  if (c) c->f[0] = beta;
  return dg_finish(c);
}
