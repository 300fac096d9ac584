/* neg.c -- minus a tensor. */
#include "op/op.h"

DG_MAP_NUMBER(1, neg_map, (-x), (T)(0 - (uint64_t)x))

static int neg_forward(dg_call *c) { return dg_map_forward(c, &neg_map); }

/* y = -x: gx = -gy. */
static int neg_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  (void)c;
  gx[0] = dg_neg(gy[0]);
  return 0;
}

static const dg_op_class neg_op = {
  "neg", dg_shape_same_any, neg_forward, neg_backward, DG_READS_NOTHING, 0,
};

/* -x, elementwise; any dtype but bool. Integers wrap around. */
DG_API dg_tensor *dg_neg(dg_tensor *x) { return dg_finish(dg_begin1(&neg_op, x)); }
