/* maximum.c -- the greater and the lesser of two tensors' elements, with broadcasting. */
#include "op/op.h"

/* x != x holds for NaN, which wins on either side. */
DG_MAP_NUMBER(2, maximum_map, ((x > y) | (x != x) ? x : y), (x > y ? x : y))
DG_MAP_NUMBER(2, minimum_map, ((x < y) | (x != x) ? x : y), (x < y ? x : y))

/* ga = gy where a was taken, gb = gy where not. */
static int choice_backward(dg_call *c, dg_tensor *first, dg_tensor *gy, dg_tensor **gx)
{
  dg_tensor *zero = dg_constant(&c->x[0]->v, 0, NULL, 0);
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, dg_where(first, gy, zero));
  if (dg_needs(c, 1)) gx[1] = dg_unbroadcast(c, 1, dg_where(first, zero, gy));
  return 0;
}

static int maximum_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  return choice_backward(c, dg_ge(dg_x(c, 0), dg_x(c, 1)), gy[0], gx);
}

static int minimum_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  return choice_backward(c, dg_le(dg_x(c, 0), dg_x(c, 1)), gy[0], gx);
}

static const dg_op_class maximum_op = {
  .name = "maximum",
  .shape = dg_shape_broadcast,
  .map = &maximum_map,
  .backward = maximum_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};
static const dg_op_class minimum_op = {
  .name = "minimum",
  .shape = dg_shape_broadcast,
  .map = &minimum_map,
  .backward = minimum_backward,
  .reads = DG_READS_X0 | DG_READS_X1,
};

/* The greater of a and b, elementwise, broadcast; both of one dtype, any but bool. NaN wins. Where
 * they are equal the gradient goes to a, as in Chainer. */
DG_API dg_tensor *dg_maximum(dg_tensor *a, dg_tensor *b)
{
  return dg_apply2(&maximum_op, a, b, NULL);
}

/* The lesser of a and b, elementwise, broadcast; both of one dtype, any but bool. NaN wins. Where
 * they are equal the gradient goes to a, as in Chainer. */
DG_API dg_tensor *dg_minimum(dg_tensor *a, dg_tensor *b)
{
  return dg_apply2(&minimum_op, a, b, NULL);
}
