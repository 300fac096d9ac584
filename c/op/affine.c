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
  gx[0] = dg_affine(gy[0], c->f[0], 0);
  return 0;
}

static int affine_direct(const dg_call *c, const dg_view *gy, dg_body *const *gx)
{
  const double numbers[] = { c->f[0], 0 };
  return dg_backend_of(gy)->map(&affine_map, &gy, &gx[0]->v, numbers);
}

/* One operator under the names that its users wrote. */
#define AFFINE .shape = dg_shape_same_any, .map = &affine_map, .forward = affine_forward
#define SCALED AFFINE, .backward = affine_backward, .direct = affine_direct
#define SHIFTED AFFINE, .backward = dg_rule_backward, .gradient = { { NULL, DG_GY } }
#define REVERSED AFFINE, .backward = dg_rule_backward, .gradient = { { &dg_neg_op, DG_GY } }

static const dg_op_class affine_op = { .name = "affine", SCALED };
static const dg_op_class mul_op = { .name = "mul", SCALED };
static const dg_op_class add_op = { .name = "add", SHIFTED };
static const dg_op_class sub_op = { .name = "sub", SHIFTED };
static const dg_op_class rsub_op = { .name = "sub", REVERSED };

static const dg_op_class *named(double scale, double shift)
{
  if (shift == 0) return &mul_op;
  if (scale == 1) return shift < 0 ? &sub_op : &add_op;
  return scale == -1 ? &rsub_op : &affine_op;
}

/* scale x + shift, elementwise; any dtype but bool. The numbers adopt the dtype of x: beside
 * integers they must be whole. */
DG_API dg_tensor *dg_affine(dg_tensor *x, double scale, double shift)
{
  const double numbers[] = { scale, shift };
  const dg_op_class *op = named(scale, shift);
  const dg_body *b = dg_living_body(x);
  if (DG_LIKELY(b && dg_is_float(b->v.dtype))) return dg_apply1(op, x, numbers);
  dg_call *c = dg_begin1(op, x);
  if (c) c->f[0] = scale, c->f[1] = shift;
  return dg_finish(c);
}
