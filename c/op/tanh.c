/* tanh.c -- the hyperbolic tangent, elementwise. */
#include "op/op.h"

DG_MAP1(tanh_map, (tanh(x)))
DG_MAP2(tanh_grad_map, (y * (1 - x * x)))

static int tanh_forward(dg_call *c) { return dg_map_forward(c, &tanh_map); }
static int tanh_grad_forward(dg_call *c) { return dg_map_forward(c, &tanh_grad_map); }

/* y = tanh x: gx = gy (1 - y^2). The output is enough, so x may be freed early. */
static int tanh_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_tanh_grad(dg_y(c, 0), gy[0]);
  return 0;
}

/* z = g (1 - y^2): dz/dy = -2 g y, dz/dg = 1 - y^2. */
static int tanh_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *y = dg_x(c, 0), *g = dg_x(c, 1);
  if (dg_needs(c, 0)) gx[0] = dg_mul(gz[0], dg_affine(dg_mul(g, y), -2, 0));
  if (dg_needs(c, 1)) gx[1] = dg_tanh_grad(y, gz[0]);
  return 0;
}

static const dg_op_class tanh_op = {
  "tanh", dg_shape_same, tanh_forward, tanh_backward, DG_READS_Y, 0,
};
static const dg_op_class tanh_grad_op = {
  "tanh_grad", dg_shape_same, tanh_grad_forward, tanh_grad_backward, DG_READS_ALL_X, 0,
};

/* The hyperbolic tangent, elementwise; floats. */
DG_API dg_tensor *dg_tanh(dg_tensor *x) { return dg_finish(dg_begin1(&tanh_op, x)); }

/* gy (1 - y^2): the gradient of tanh, given its output y. */
DG_API dg_tensor *dg_tanh_grad(dg_tensor *y, dg_tensor *gy)
{
  return dg_finish(dg_begin2(&tanh_grad_op, y, gy));
}
