/* round.c -- whole numbers near those of a tensor: down, up, nearest. */
#include "op/op.h"

DG_MAP1(floor_map, (floor(x)))
DG_MAP1(ceil_map, (ceil(x)))
DG_MAP1(round_map, (rint(x)))

static int floor_forward(dg_call *c) { return dg_map_forward(c, &floor_map); }
static int ceil_forward(dg_call *c) { return dg_map_forward(c, &ceil_map); }
static int round_forward(dg_call *c) { return dg_map_forward(c, &round_map); }

/* All three are flat between their steps. */
static int step_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  (void)gy;
  gx[0] = dg_no_gradient(c, 0);
  return 0;
}

static const dg_op_class floor_op = {
  "floor", dg_shape_same, floor_forward, step_backward, DG_READS_NOTHING, 0,
};
static const dg_op_class ceil_op = {
  "ceil", dg_shape_same, ceil_forward, step_backward, DG_READS_NOTHING, 0,
};
static const dg_op_class round_op = {
  "round", dg_shape_same, round_forward, step_backward, DG_READS_NOTHING, 0,
};

/* The greatest whole number not above x, elementwise; floats. The gradient is 0. */
DG_API dg_tensor *dg_floor(dg_tensor *x) { return dg_finish(dg_begin1(&floor_op, x)); }

/* The least whole number not below x, elementwise; floats. The gradient is 0. */
DG_API dg_tensor *dg_ceil(dg_tensor *x) { return dg_finish(dg_begin1(&ceil_op, x)); }

/* The nearest whole number, elementwise, the even one of two as near; floats. The gradient is 0. */
DG_API dg_tensor *dg_round(dg_tensor *x) { return dg_finish(dg_begin1(&round_op, x)); }
