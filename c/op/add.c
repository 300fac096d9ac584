/* add.c -- the sum of two tensors, with broadcasting. */
#include "node/point.h"
#include "op/op.h"

DG_MAP_NUMBER(2, add_map, (x + y), (T)((uint64_t)x + (uint64_t)y))

DG_POINT_FORMULA(add_point, x + y)

/* y = a + b: ga = gb = gy. */
static const dg_op_class add_op = {
  .name = "add",
  .shape = dg_shape_broadcast,
  .map = &add_map,
  .backward = dg_rule_backward,
  .gradient = { { NULL, DG_GY }, { NULL, DG_GY } },
};

/* a + b, broadcast; both of one dtype, any but bool. Integers wrap around. */
DG_API dg_tensor *dg_add(dg_tensor *a, dg_tensor *b)
{
  return dg_apply2_by(add_point, &add_op, a, b, NULL);
}
