/* sub.c -- the difference of two tensors, with broadcasting. */
#include "node/point.h"
#include "op/op.h"

DG_MAP_NUMBER(2, sub_map, (x - y), (T)((uint64_t)x - (uint64_t)y))

DG_POINT_FORMULA(sub_point, x - y)

/* y = a - b: ga = gy, gb = -gy. */
static const dg_op_class sub_op = {
  .name = "sub",
  .shape = dg_shape_broadcast,
  .map = &sub_map,
  .backward = dg_rule_backward,
  .gradient = { { NULL, DG_GY }, { &dg_neg_op, DG_GY } },
};

/* a - b, broadcast; both of one dtype, any but bool. Integers wrap around. */
DG_API dg_tensor *dg_sub(dg_tensor *a, dg_tensor *b)
{
  return dg_apply2_by(sub_point, &sub_op, a, b, NULL);
}
