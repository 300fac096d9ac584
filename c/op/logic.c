/* logic.c -- not, and, or on bools; what is NaN, infinite or finite. No gradients. */
#include "op/op.h"

DG_MAP_LOGIC(1, not_map, (!x))
DG_MAP_LOGIC(2, and_map, (x & y))
DG_MAP_LOGIC(2, or_map, (x | y))

/* x - x is 0 for integers and finite numbers, NaN otherwise. */
DG_MAP_TEST(1, isnan_map, (x != x), (x - x))
DG_MAP_TEST(1, isinf_map, ((x == x) & (x - x != 0)), (x - x))
DG_MAP_TEST(1, isfinite_map, (x - x == 0), (x - x == 0))

static int not_forward(dg_call *c) { return dg_map_forward(c, &not_map); }
static int and_forward(dg_call *c) { return dg_map_forward(c, &and_map); }
static int or_forward(dg_call *c) { return dg_map_forward(c, &or_map); }

static int logic_shape(dg_call *c)
{
  for (int i = 0; i < c->inputs; i++)
    if (c->x[i]->v.dtype != DG_BOOL)
      return dg_op_fail(c, DG_ETYPE, "wanted bools, got %s", dg_dtype_name(c->x[i]->v.dtype));
  return dg_shape_broadcast_as(c, DG_BOOL);
}

static const dg_op_class not_op = {
  .name = "logical_not",
  .shape = logic_shape,
  .forward = not_forward,
};
static const dg_op_class and_op = {
  .name = "logical_and",
  .shape = logic_shape,
  .forward = and_forward,
};
static const dg_op_class or_op = {
  .name = "logical_or",
  .shape = logic_shape,
  .forward = or_forward,
};
static const dg_op_class isnan_op = {
  .name = "isnan",
  .shape = dg_shape_broadcast_bool,
  .map = &isnan_map,
};
static const dg_op_class isinf_op = {
  .name = "isinf",
  .shape = dg_shape_broadcast_bool,
  .map = &isinf_map,
};
static const dg_op_class isfinite_op = {
  .name = "isfinite",
  .shape = dg_shape_broadcast_bool,
  .map = &isfinite_map,
};

/* Not x; bool. */
DG_API dg_tensor *dg_logical_not(dg_tensor *x) { return dg_finish(dg_begin1(&not_op, x)); }

/* a and b, broadcast; bools. */
DG_API dg_tensor *dg_logical_and(dg_tensor *a, dg_tensor *b)
{
  return dg_finish(dg_begin2(&and_op, a, b));
}

/* a or b, broadcast; bools. */
DG_API dg_tensor *dg_logical_or(dg_tensor *a, dg_tensor *b)
{
  return dg_finish(dg_begin2(&or_op, a, b));
}

/* Which elements are NaN, as bools; any dtype. */
DG_API dg_tensor *dg_isnan(dg_tensor *x) { return dg_apply1(&isnan_op, x, NULL); }

/* Which elements are infinite, as bools; any dtype. */
DG_API dg_tensor *dg_isinf(dg_tensor *x) { return dg_apply1(&isinf_op, x, NULL); }

/* Which elements are neither NaN nor infinite, as bools; any dtype. */
DG_API dg_tensor *dg_isfinite(dg_tensor *x) { return dg_apply1(&isfinite_op, x, NULL); }

/* Whether any element of x is NaN: 1 or 0, -1 with an error. Only floats have NaN. */
DG_API int dg_has_nan(dg_tensor *x)
{
  const dg_body *b = dg_full_body_of(x);
  if (!b) return -1;
  if (!dg_is_float(b->v.dtype)) return 0;
  double scope = dg_scope_open(), found = -1;
  if (scope < 0) return -1;
  dg_tensor *any = dg_any(dg_isnan(x), 0, NULL, 0);
  if (any) found = dg_item(any);
  dg_scope_close(scope, NULL, 0);
  return (int)found;
}
