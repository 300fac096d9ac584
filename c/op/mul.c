/* mul.c -- the product of two tensors, elementwise, with broadcasting. */
#include "node/point.h"
#include "op/op.h"

DG_MAP_NUMBER(2, mul_map, (x * y), (T)((uint64_t)x *(uint64_t)y))

/* y = a b: ga = gy b, gb = gy a. */
const dg_op_class dg_mul_op = {
  .name = "mul",
  .shape = dg_shape_broadcast,
  .map = &mul_map,
  .backward = dg_rule_backward,
  .gradient = { { &dg_mul_op, DG_GY, DG_X1 }, { &dg_mul_op, DG_GY, DG_X0 } },
  .reads = DG_READS_X0 | DG_READS_X1,
};

/* a b, elementwise, broadcast; both of one dtype, any but bool. Integers wrap around. */
DG_API dg_tensor *dg_mul(dg_tensor *a, dg_tensor *b)
{
  return dg_apply2_by(dg_point_mul, &dg_mul_op, a, b, NULL);
}
