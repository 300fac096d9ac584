/* neg.c -- minus a tensor. */
#include "op/op.h"

DG_MAP_NUMBER(1, neg_map, (-x), (T)(0 - (uint64_t)x))

/* y = -x: gx = -gy. */
const dg_op_class dg_neg_op = {
  .name = "neg",
  .shape = dg_shape_same_any,
  .map = &neg_map,
  .backward = dg_rule_backward,
  .gradient = { { &dg_neg_op, DG_GY } },
};

/* -x, elementwise; any dtype but bool. Integers wrap around. */
DG_API dg_tensor *dg_neg(dg_tensor *x) { return dg_apply1(&dg_neg_op, x, NULL); }
