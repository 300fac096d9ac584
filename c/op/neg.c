/* neg.c -- minus a tensor. */
#include "op/op.h"

DG_MAP_NUMBER(1, neg_map, (-x), (T)(0 - (uint64_t)x))

/* y = -x: gx = -gy. */
static int neg_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  (void)c;
  gx[0] = dg_neg(gy[0]);
  return 0;
}

static const dg_op_class neg_op = {
  .name = "neg",
  .shape = dg_shape_same_any,
  .map = &neg_map,
  .backward = neg_backward,
};

/* -x, elementwise; any dtype but bool. Integers wrap around. */
DG_API dg_tensor *dg_neg(dg_tensor *x) { return dg_apply1(&neg_op, x, NULL); }
