/* tanh.c -- the hyperbolic tangent, elementwise. */
#include "op/op.h"

DG_MAP1(tanh_map, (tanh(x)))
DG_MAP2(tanh_grad_map, (y * (1 - x * x)))

/* z = g (1 - y^2): dz/dy = -2 g y, dz/dg = 1 - y^2. */
static int tanh_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *y = dg_x(c, 0), *g = dg_x(c, 1);
  if (dg_needs(c, 0)) gx[0] = dg_mul(gz[0], dg_affine(dg_mul(g, y), -2, 0));
  if (dg_needs(c, 1)) gx[1] = dg_tanh_grad(y, gz[0]);
  return 0;
}

static const dg_op_class tanh_grad_op = {
  .name = "tanh_grad",
  .shape = dg_shape_same,
  .map = &tanh_grad_map,
  .backward = tanh_grad_backward,
  .reads = DG_READS_ALL_X,
};

/* y = tanh x: gx = gy (1 - y^2). The output is enough, so x may be freed early. */
static const dg_op_class tanh_op = {
  .name = "tanh",
  .shape = dg_shape_same,
  .map = &tanh_map,
  .backward = dg_rule_backward,
  .gradient = { { &tanh_grad_op, DG_Y, DG_GY } },
  .reads = DG_READS_Y,
};

/* The hyperbolic tangent, elementwise; floats. */
DG_API dg_tensor *dg_tanh(dg_tensor *x) { return dg_apply1(&tanh_op, x, NULL); }

/* gy (1 - y^2): the gradient of tanh, given its output y. */
DG_API dg_tensor *dg_tanh_grad(dg_tensor *y, dg_tensor *gy)
{
  return dg_apply2(&tanh_grad_op, y, gy, NULL);
}
