/* add.c -- the sum of two tensors, with broadcasting. */
#include "op/op.h"

DG_MAP_NUMBER(2, add_map, (x + y), (T)((uint64_t)x + (uint64_t)y))

static int add_forward(dg_call *c) { return dg_map_forward(c, &add_map); }

/* y = a + b: ga = gb = gy, summed over what was broadcast. */
static int add_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, gy[0]);
  if (dg_needs(c, 1)) gx[1] = dg_unbroadcast(c, 1, gy[0]);
  return 0;
}

static const dg_op_class add_op = {
  "add", dg_shape_broadcast, add_forward, add_backward, DG_READS_NOTHING, 0,
};

/* a + b, broadcast; both of one dtype, any but bool. Integers wrap around. */
DG_API dg_tensor *dg_add(dg_tensor *a, dg_tensor *b) { return dg_finish(dg_begin2(&add_op, a, b)); }
