/* sqrt.c -- the square root and its reciprocal, elementwise. */
#include "op/op.h"

DG_MAP1(sqrt_map, (sqrt(x)))
DG_MAP2(sqrt_grad_map, (y / (x + x)))
DG_MAP1(rsqrt_map, (1 / sqrt(x)))

/* y = sqrt x: gx = gy / (2 y), infinite at 0. The output is enough, so x may be freed early. */
static int sqrt_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_sqrt_grad(dg_y(c, 0), gy[0]);
  return 0;
}

/* z = g / (2 y): dz/dy = -z / y, dz/dg = 1 / (2 y). */
static int sqrt_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *y = dg_x(c, 0);
  if (dg_needs(c, 0)) gx[0] = dg_div_grad(gz[0], dg_y(c, 0), y);
  if (dg_needs(c, 1)) gx[1] = dg_sqrt_grad(y, gz[0]);
  return 0;
}

/* y = x^(-1/2): gx = -y^3 gy / 2. */
static int rsqrt_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_affine(dg_mul(gy[0], dg_pow_number(dg_y(c, 0), 3)), -0.5, 0);
  return 0;
}

static const dg_op_class sqrt_op = {
  .name = "sqrt",
  .shape = dg_shape_same,
  .map = &sqrt_map,
  .backward = sqrt_backward,
  .reads = DG_READS_Y,
};
static const dg_op_class sqrt_grad_op = {
  .name = "sqrt_grad",
  .shape = dg_shape_same,
  .map = &sqrt_grad_map,
  .backward = sqrt_grad_backward,
  .reads = DG_READS_X0 | DG_READS_Y,
};
static const dg_op_class rsqrt_op = {
  .name = "rsqrt",
  .flags = DG_WIDENS,
  .shape = dg_shape_same,
  .map = &rsqrt_map,
  .backward = rsqrt_backward,
  .reads = DG_READS_Y,
};

/* The square root, elementwise; floats. NaN for negative numbers. */
DG_API dg_tensor *dg_sqrt(dg_tensor *x) { return dg_apply1(&sqrt_op, x, NULL); }

/* gy / (2 y): the gradient of sqrt, given its output y. */
DG_API dg_tensor *dg_sqrt_grad(dg_tensor *y, dg_tensor *gy)
{
  return dg_apply2(&sqrt_grad_op, y, gy, NULL);
}

/* 1 / sqrt(x), elementwise; floats. */
DG_API dg_tensor *dg_rsqrt(dg_tensor *x) { return dg_apply1(&rsqrt_op, x, NULL); }
