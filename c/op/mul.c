/* mul.c -- the product of two tensors, elementwise, with broadcasting. */
#include "op/op.h"

DG_MAP_NUMBER(2, mul_map, (x * y), (T)((uint64_t)x *(uint64_t)y))

/* y = a b: ga = gy b, gb = gy a, summed over what was broadcast. */
static int mul_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, dg_mul(gy[0], dg_x(c, 1)));
  if (dg_needs(c, 1)) gx[1] = dg_unbroadcast(c, 1, dg_mul(gy[0], dg_x(c, 0)));
  return 0;
}

static const dg_op_class mul_op = {
  .name = "mul",
  .shape = dg_shape_broadcast,
  .map = &mul_map,
  .backward = mul_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

/* a b, elementwise, broadcast; both of one dtype, any but bool. Integers wrap around. */
DG_API dg_tensor *dg_mul(dg_tensor *a, dg_tensor *b) { return dg_apply2(&mul_op, a, b, NULL); }
