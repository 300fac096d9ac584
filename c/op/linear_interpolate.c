/* linear_interpolate.c -- a point between two tensors, elementwise. */
#include "op/op.h"

DG_MAP3(linear_interpolate_map, (x * y + (1 - x) * z))

static int linear_interpolate_forward(dg_call *c)
{
  return dg_map_forward(c, &linear_interpolate_map);
}

/* z = p a + (1 - p) b: gp = gz (a - b), ga = gz p, gb = gz (1 - p). */
static int linear_interpolate_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *p = dg_x(c, 0);
  if (dg_needs(c, 0)) gx[0] = dg_mul(gz[0], dg_sub(dg_x(c, 1), dg_x(c, 2)));
  if (dg_needs(c, 1)) gx[1] = dg_mul(gz[0], p);
  if (dg_needs(c, 2)) gx[2] = dg_mul(gz[0], dg_affine(p, -1, 1));
  return 0;
}

static const dg_op_class linear_interpolate_op = {
  .name = "linear_interpolate",
  .shape = dg_shape_same,
  .forward = linear_interpolate_forward,
  .backward = linear_interpolate_backward,
  .reads = DG_READS_ALL_X,
};

/* p a + (1 - p) b, elementwise; floats, all of one shape and dtype. */
DG_API dg_tensor *dg_linear_interpolate(dg_tensor *p, dg_tensor *a, dg_tensor *b)
{
  return dg_finish(dg_begin(&linear_interpolate_op, 3, (dg_tensor *const[]){ p, a, b }));
}
