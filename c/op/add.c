/* add.c -- the sum of two tensors, with broadcasting. */
#include "op/op.h"

DG_MAP_NUMBER(2, add_map, (x + y), (T)((uint64_t)x + (uint64_t)y))

/* y = a + b: ga = gb = gy, summed over what was broadcast. */
static int add_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, gy[0]);
  if (dg_needs(c, 1)) gx[1] = dg_unbroadcast(c, 1, gy[0]);
  return 0;
}

static const dg_op_class add_op = {
  .name = "add",
  .shape = dg_shape_broadcast,
  .map = &add_map,
  .backward = add_backward,
};

/* a + b, broadcast; both of one dtype, any but bool. Integers wrap around. */
DG_API dg_tensor *dg_add(dg_tensor *a, dg_tensor *b) { return dg_apply2(&add_op, a, b, NULL); }
