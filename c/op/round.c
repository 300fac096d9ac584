/* round.c -- whole numbers near those of a tensor: down, up, nearest, towards 0. */
#include "op/op.h"

DG_MAP1(floor_map, (floor(x)))
DG_MAP1(ceil_map, (ceil(x)))
DG_MAP1(round_map, (rint(x)))
DG_MAP1(fix_map, (trunc(x)))

/* All are flat between their steps. */
static int step_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  (void)gy;
  gx[0] = dg_no_gradient(c, 0);
  return 0;
}

static const dg_op_class floor_op = {
  .name = "floor",
  .shape = dg_shape_same,
  .map = &floor_map,
  .backward = step_backward,
};
static const dg_op_class ceil_op = {
  .name = "ceil",
  .shape = dg_shape_same,
  .map = &ceil_map,
  .backward = step_backward,
};
static const dg_op_class round_op = {
  .name = "round",
  .shape = dg_shape_same,
  .map = &round_map,
  .backward = step_backward,
};
static const dg_op_class fix_op = {
  .name = "fix",
  .shape = dg_shape_same,
  .map = &fix_map,
  .backward = step_backward,
};

/* The greatest whole number not above x, elementwise; floats. The gradient is 0. */
DG_API dg_tensor *dg_floor(dg_tensor *x) { return dg_apply1(&floor_op, x, NULL); }

/* The least whole number not below x, elementwise; floats. The gradient is 0. */
DG_API dg_tensor *dg_ceil(dg_tensor *x) { return dg_apply1(&ceil_op, x, NULL); }

/* The nearest whole number, elementwise, the even one of two as near; floats. The gradient is 0. */
DG_API dg_tensor *dg_round(dg_tensor *x) { return dg_apply1(&round_op, x, NULL); }

/* The whole part: the nearest whole number towards 0, elementwise; floats. The gradient is 0. */
DG_API dg_tensor *dg_fix(dg_tensor *x) { return dg_apply1(&fix_op, x, NULL); }
