/* affine.c -- a tensor times a number plus a number: the forms of + and * with numbers. */
#include "op/op.h"

DG_MAP_NUMBER(1, affine_map, (x * p + q), (T)((uint64_t)x *(uint64_t)p + (uint64_t)q))

static int affine_forward(dg_call *c)
{
  if (dg_wants_whole(c, c->f[0]) < 0 || dg_wants_whole(c, c->f[1]) < 0) return -1;
  return dg_map_forward(c, &affine_map);
}

/* y = scale x + shift: gx = scale gy. */
static int affine_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = c->f[0] == 1 ? gy[0] : dg_affine(gy[0], c->f[0], 0);
  return 0;
}

/* One operator under the names that its users wrote. */
#define AFFINE(title)                                                                              \
  {                                                                                                \
    .name = title, .shape = dg_shape_same_any, .map = &affine_map, .forward = affine_forward,      \
    .backward = affine_backward,                                                                   \
  }

static const dg_op_class affine_op = AFFINE("affine");
static const dg_op_class add_op = AFFINE("add"), sub_op = AFFINE("sub"), mul_op = AFFINE("mul");

static const dg_op_class *named(double scale, double shift)
{
  if (shift == 0) return &mul_op;
  if (scale == 1) return shift < 0 ? &sub_op : &add_op;
  return scale == -1 ? &sub_op : &affine_op;
}

/* scale x + shift, elementwise; any dtype but bool. The numbers adopt the dtype of x: beside
 * integers they must be whole. */
DG_API dg_tensor *dg_affine(dg_tensor *x, double scale, double shift)
{
  const double numbers[] = { scale, shift };
  const dg_op_class *op = named(scale, shift);
  const dg_body *b = (const dg_body *)dg_slot_of(x);
  if (DG_LIKELY(b && dg_is_float(b->v.dtype))) return dg_apply1(op, x, numbers);
  dg_call *c = dg_begin1(op, x);
  if (c) c->f[0] = scale, c->f[1] = shift;
  return dg_finish(c);
}
