/* abs.c -- magnitude and sign, elementwise. */
#include "op/op.h"

DG_MAP_NUMBER(1, abs_map, (fabs(x)), (T)((uint64_t)x *(uint64_t)whole_sign(x)))
DG_MAP_NUMBER(1, sign_map, (x == 0 || x != x ? x : x > 0 ? 1 : -1), (T)whole_sign(x))

/* y = |x|: gx = gy sign x, 0 at 0. */
static int abs_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_sign(dg_x(c, 0)));
  return 0;
}

static int sign_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  (void)gy;
  gx[0] = dg_no_gradient(c, 0);
  return 0;
}

static const dg_op_class abs_op = {
  .name = "abs",
  .shape = dg_shape_same_any,
  .map = &abs_map,
  .backward = abs_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class sign_op = {
  .name = "sign",
  .shape = dg_shape_same_any,
  .map = &sign_map,
  .backward = sign_backward,
};

/* |x|, elementwise; any dtype but bool. The gradient at 0 is 0; the least integer is its own. */
DG_API dg_tensor *dg_abs(dg_tensor *x) { return dg_apply1(&abs_op, x, NULL); }

/* -1, 0 or 1, elementwise; any dtype but bool. NaN stays NaN; the gradient is 0. */
DG_API dg_tensor *dg_sign(dg_tensor *x) { return dg_apply1(&sign_op, x, NULL); }
