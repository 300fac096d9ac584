/* sigmoid.c -- the logistic function, y = 1 / (1 + exp(-x)), elementwise. */
#include "op/op.h"

DG_MAP1(sigmoid_map, (sigmoid(x)))
DG_MAP2(sigmoid_grad_map, (y * x * (1 - x)))

/* z = g y (1 - y): dz/dy = g (1 - 2 y), dz/dg = y (1 - y). */
static int sigmoid_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *y = dg_x(c, 0), *g = dg_x(c, 1);
  if (dg_needs(c, 0)) gx[0] = dg_mul(gz[0], dg_mul(g, dg_affine(y, -2, 1)));
  if (dg_needs(c, 1)) gx[1] = dg_sigmoid_grad(y, gz[0]);
  return 0;
}

static const dg_op_class sigmoid_grad_op = {
  .name = "sigmoid_grad",
  .shape = dg_shape_same,
  .map = &sigmoid_grad_map,
  .backward = sigmoid_grad_backward,
  .reads = DG_READS_ALL_X,
};

/* dy/dx = y (1 - y): the output is enough, so x may be freed early. */
static const dg_op_class sigmoid_op = {
  .name = "sigmoid",
  .shape = dg_shape_same,
  .map = &sigmoid_map,
  .backward = dg_rule_backward,
  .gradient = { { &sigmoid_grad_op, DG_Y, DG_GY } },
  .reads = DG_READS_Y,
};

/* 1 / (1 + exp(-x)), elementwise; floats. */
DG_API dg_tensor *dg_sigmoid(dg_tensor *x) { return dg_apply1(&sigmoid_op, x, NULL); }

/* gy y (1 - y): the gradient of sigmoid, given its output y. */
DG_API dg_tensor *dg_sigmoid_grad(dg_tensor *y, dg_tensor *gy)
{
  return dg_apply2(&sigmoid_grad_op, y, gy, NULL);
}
