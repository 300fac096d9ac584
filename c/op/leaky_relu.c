/* leaky_relu.c -- the rectifier that lets a part of negative numbers through, elementwise. */
#include "op/op.h"

DG_MAP1(leaky_relu_map, (x < 0 ? p * x : x))
DG_MAP2(leaky_relu_grad_map, (x < 0 ? p * y : y))

/* Flat in x; to gy it is the same selection. */
static int leaky_relu_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  if (dg_needs(c, 1)) gx[1] = dg_leaky_relu_grad(dg_x(c, 0), gz[0], c->f[0]);
  return 0;
}

/* gx = gy where x >= 0, else slope gy. */
static int leaky_relu_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_leaky_relu_grad(dg_x(c, 0), gy[0], c->f[0]);
  return 0;
}

static const dg_op_class leaky_relu_grad_op = {
  .name = "leaky_relu_grad",
  .shape = dg_shape_same,
  .map = &leaky_relu_grad_map,
  .backward = leaky_relu_grad_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class leaky_relu_op = {
  .name = "leaky_relu",
  .shape = dg_shape_same,
  .map = &leaky_relu_map,
  .backward = leaky_relu_backward,
  .reads = DG_READS_X0,
};

/* x where it is not negative, else slope x, elementwise; floats. */
DG_API dg_tensor *dg_leaky_relu(dg_tensor *x, double slope)
{
  return dg_apply1(&leaky_relu_op, x, (const double[]){ slope, 0 });
}

/* gy where x >= 0, else slope gy: the gradient of leaky_relu. */
DG_API dg_tensor *dg_leaky_relu_grad(dg_tensor *x, dg_tensor *gy, double slope)
{
  return dg_apply2(&leaky_relu_grad_op, x, gy, (const double[]){ slope, 0 });
}
