/* pow.c -- powers whose exponent is a tensor. */
#include "op/op.h"

DG_MAP2(pow_map, (pow(x, y)))
DG_MAP1(rpow_map, (pow(p, x)))
DG_MAP3(pow_base_grad_map, (y == 0 ? 0 : z * y * pow(x, y - 1)))

/* ln a where a > 0, else 0, and a gradient to match: the logarithm of a safe number is taken. */
static dg_tensor *log_or_zero(dg_tensor *a)
{
  dg_body *b = dg_body_of(a);
  if (!b) return NULL;
  return dg_log(dg_where(dg_le_number(a, 0), dg_constant(&b->v, 0, NULL, 1), a));
}

/* y = a^b: ga = gy b a^(b - 1), gb = gy y ln a; 0^b counts as constant in b. */
static int pow_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *a = dg_x(c, 0), *b = dg_x(c, 1);
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, dg_pow_base_grad(a, b, gy[0]));
  if (dg_needs(c, 1))
    gx[1] = dg_unbroadcast(c, 1, dg_mul(gy[0], dg_mul(dg_y(c, 0), log_or_zero(a))));
  return 0;
}

/* z = g b a^(b - 1): dz/da = g b (b - 1) a^(b - 2), dz/db = g a^(b - 1) (1 + b ln a),
 * dz/dg = b a^(b - 1). */
static int pow_base_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *a = dg_x(c, 0), *b = dg_x(c, 1), *g = dg_x(c, 2);
  dg_tensor *gzg = dg_mul(gz[0], g), *less = dg_affine(b, 1, -1);
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, dg_pow_base_grad(a, less, dg_mul(gzg, b)));
  if (dg_needs(c, 1)) {
    dg_tensor *slope = dg_affine(dg_mul(b, log_or_zero(a)), 1, 1);
    gx[1] = dg_unbroadcast(c, 1, dg_mul(gzg, dg_mul(dg_pow(a, less), slope)));
  }
  if (dg_needs(c, 2)) gx[2] = dg_unbroadcast(c, 2, dg_pow_base_grad(a, b, gz[0]));
  return 0;
}

/* y = n^x: gx = gy y ln n, 0 for n = 0. */
static int rpow_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  double base = c->f[0];
  gx[0] = dg_affine(dg_mul(gy[0], dg_y(c, 0)), base <= 0 ? 0 : log(base), 0);
  return 0;
}

static const dg_op_class pow_op = {
  .name = "pow",
  .flags = DG_WIDENS,
  .shape = dg_shape_broadcast_float,
  .map = &pow_map,
  .backward = pow_backward,
  .reads = DG_READS_X0 | DG_READS_X1 | DG_READS_Y,
};
static const dg_op_class rpow_op = {
  .name = "pow",
  .flags = DG_WIDENS,
  .shape = dg_shape_same,
  .map = &rpow_map,
  .backward = rpow_backward,
  .reads = DG_READS_Y,
};
static const dg_op_class pow_base_grad_op = {
  .name = "pow_base_grad",
  .shape = dg_shape_broadcast_float,
  .map = &pow_base_grad_map,
  .backward = pow_base_grad_backward,
  .reads = DG_READS_ALL_X,
};

/* a^b, elementwise, broadcast; both of one float dtype. Where a <= 0 the gradient to b is 0. */
DG_API dg_tensor *dg_pow(dg_tensor *a, dg_tensor *b) { return dg_apply2(&pow_op, a, b, NULL); }

/* base^x, elementwise; floats. */
DG_API dg_tensor *dg_rpow(dg_tensor *x, double base)
{
  dg_call *c = dg_begin1(&rpow_op, x);
  if (c) c->f[0] = base;
  return dg_finish(c);
}

/* gy b a^(b - 1), broadcast: the gradient of a^b to a. It is 0 where b is, also where a is 0. */
DG_API dg_tensor *dg_pow_base_grad(dg_tensor *a, dg_tensor *b, dg_tensor *gy)
{
  return dg_finish(dg_begin(&pow_base_grad_op, 3, (dg_tensor *const[]){ a, b, gy }));
}
