/* relu.c -- the rectifier, y = max(x, 0), elementwise. */
#include "op/op.h"

DG_MAP1(relu_map, (x < 0 ? 0 : x))
DG_MAP2(relu_grad_map, (x <= 0 ? 0 : y))

/* Flat in y; to gy it is the same selection. */
static int relu_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  if (dg_needs(c, 1)) gx[1] = dg_relu_grad(dg_x(c, 0), gz[0]);
  return 0;
}

static const dg_op_class relu_grad_op = {
  .name = "relu_grad",
  .shape = dg_shape_same,
  .map = &relu_grad_map,
  .backward = relu_grad_backward,
  .reads = DG_READS_X0,
};

/* gx = gy where y > 0, else 0: the output is enough, so x may be freed early. */
static const dg_op_class relu_op = {
  .name = "relu",
  .shape = dg_shape_same,
  .map = &relu_map,
  .backward = dg_rule_backward,
  .gradient = { { &relu_grad_op, DG_Y, DG_GY } },
  .reads = DG_READS_Y,
};

/* max(x, 0), elementwise; floats. NaN stays NaN. */
DG_API dg_tensor *dg_relu(dg_tensor *x) { return dg_apply1(&relu_op, x, NULL); }

/* gy where y > 0, else 0: the gradient of relu, given its output y (or its input). */
DG_API dg_tensor *dg_relu_grad(dg_tensor *y, dg_tensor *gy)
{
  return dg_apply2(&relu_grad_op, y, gy, NULL);
}
