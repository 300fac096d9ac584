/* compare.c -- comparisons, with broadcasting and with numbers. They give bools, no gradient. */
#include "op/op.h"

static int number_shape(dg_call *c)
{
  const dg_view *x = &c->x[0]->v;
  return dg_output(c, 0, DG_BOOL, x->ndim, x->shape) ? 0 : -1;
}

static dg_tensor *with_number(const dg_op_class *op, dg_tensor *x, double number)
{
  dg_call *c = dg_begin1(op, x);
  if (c) c->f[0] = number;
  return dg_finish(c);
}

/* `name` for two tensors, `name`_number for a tensor and the number w. */
#define COMPARISON(name, F, FN)                                                                    \
  DG_MAP_TEST(2, name##_map, F, F)                                                                 \
  DG_MAP_TEST(1, name##_number_map, FN, FN)                                                        \
  static int name##_forward(dg_call *c) { return dg_map_forward(c, &name##_map); }                 \
  static int name##_number_forward(dg_call *c) { return dg_map_forward(c, &name##_number_map); }   \
  static const dg_op_class name##_op = {                                                           \
    #name, dg_shape_broadcast_bool, name##_forward, NULL, 0, 0                                     \
  };                                                                                               \
  static const dg_op_class name##_number_op = {                                                    \
    #name, number_shape, name##_number_forward, NULL, 0, 0                                         \
  };

COMPARISON(lt, (x < y), (x < w))
COMPARISON(le, (x <= y), (x <= w))
COMPARISON(gt, (x > y), (x > w))
COMPARISON(ge, (x >= y), (x >= w))
COMPARISON(eq, (x == y), (x == w))
COMPARISON(ne, (x != y), (x != w))

/* a < b as bools, broadcast; a and b of one dtype. */
DG_API dg_tensor *dg_lt(dg_tensor *a, dg_tensor *b) { return dg_finish(dg_begin2(&lt_op, a, b)); }

/* x < number as bools. Integers are compared with the number as it is, not rounded; int64 beyond
 * 2^53 as doubles. */
DG_API dg_tensor *dg_lt_number(dg_tensor *x, double number)
{
  return with_number(&lt_number_op, x, number);
}

/* a <= b as bools, broadcast; a and b of one dtype. */
DG_API dg_tensor *dg_le(dg_tensor *a, dg_tensor *b) { return dg_finish(dg_begin2(&le_op, a, b)); }

/* x <= number as bools. */
DG_API dg_tensor *dg_le_number(dg_tensor *x, double number)
{
  return with_number(&le_number_op, x, number);
}

/* a > b as bools, broadcast; a and b of one dtype. */
DG_API dg_tensor *dg_gt(dg_tensor *a, dg_tensor *b) { return dg_finish(dg_begin2(&gt_op, a, b)); }

/* x > number as bools. */
DG_API dg_tensor *dg_gt_number(dg_tensor *x, double number)
{
  return with_number(&gt_number_op, x, number);
}

/* a >= b as bools, broadcast; a and b of one dtype. */
DG_API dg_tensor *dg_ge(dg_tensor *a, dg_tensor *b) { return dg_finish(dg_begin2(&ge_op, a, b)); }

/* x >= number as bools. */
DG_API dg_tensor *dg_ge_number(dg_tensor *x, double number)
{
  return with_number(&ge_number_op, x, number);
}

/* a == b as bools, broadcast; a and b of one dtype. */
DG_API dg_tensor *dg_eq(dg_tensor *a, dg_tensor *b) { return dg_finish(dg_begin2(&eq_op, a, b)); }

/* x == number as bools. */
DG_API dg_tensor *dg_eq_number(dg_tensor *x, double number)
{
  return with_number(&eq_number_op, x, number);
}

/* a != b as bools, broadcast; a and b of one dtype. */
DG_API dg_tensor *dg_ne(dg_tensor *a, dg_tensor *b) { return dg_finish(dg_begin2(&ne_op, a, b)); }

/* x != number as bools. */
DG_API dg_tensor *dg_ne_number(dg_tensor *x, double number)
{
  return with_number(&ne_number_op, x, number);
}
