/* pow_number.c -- a tensor to the power of a number; squares and cubes are products, exactly. */
#include "op/op.h"

DG_MAP_NUMBER(1, square_map, (x * x), (T)((uint64_t)x *(uint64_t)x))
DG_MAP1(cube_map, (x * x * x))
DG_MAP1(pow_number_map, (pow(x, p)))

/* Of p x^(p - 1) gy. */
DG_MAP2(grad2_map, (2 * x * y))
DG_MAP2(grad3_map, (3 * x * x * y))
DG_MAP2(grad_map, (p * pow(x, q) * y))

static int pow_number_forward(dg_call *c)
{
  const dg_view *x = &c->x[0]->v, *y = &c->y[0]->v;
  if (c->f[0] == 0) return dg_backend_of(y)->fill(y, 1);
  if (c->f[0] == 1) return dg_backend_of(y)->copy(x, y);
  return dg_map_forward(c, c->f[0] == 3 ? &cube_map : &pow_number_map);
}

static int pow_number_grad_forward(dg_call *c)
{
  const dg_view *g = &c->x[1]->v, *z = &c->y[0]->v;
  double p = c->f[0];
  c->f[1] = p - 1;
  if (p == 0) return dg_backend_of(z)->fill(z, 0);
  if (p == 1) return dg_backend_of(z)->copy(g, z);
  return dg_map_forward(c, p == 2 ? &grad2_map : p == 3 ? &grad3_map : &grad_map);
}

/* y = x^2: gx = 2 x gy. */
static int square_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_pow_number_grad(dg_x(c, 0), gy[0], 2);
  return 0;
}

/* y = x^p: gx = p x^(p - 1) gy. */
static int pow_number_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_pow_number_grad(dg_x(c, 0), gy[0], c->f[0]);
  return 0;
}

/* z = p x^(p - 1) g: dz/dx = p (p - 1) x^(p - 2) g, dz/dg = p x^(p - 1).
 * For p = 0 all of them are 0, where x is 0 too. */
static int pow_number_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *x = dg_x(c, 0), *g = dg_x(c, 1);
  double p = c->f[0];
  if (dg_needs(c, 0)) {
    dg_tensor *slope = dg_pow_number_grad(x, dg_mul(gz[0], g), p == 0 ? 0 : p - 1);
    gx[0] = dg_affine(slope, p == 0 ? 1 : p, 0);
  }
  if (dg_needs(c, 1)) gx[1] = dg_pow_number_grad(x, gz[0], p);
  return 0;
}

static const dg_op_class square_op = {
  .name = "square",
  .flags = DG_WIDENS,
  .shape = dg_shape_same_any,
  .map = &square_map,
  .backward = square_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class pow_number_op = {
  .name = "pow",
  .flags = DG_WIDENS,
  .shape = dg_shape_same,
  .forward = pow_number_forward,
  .backward = pow_number_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class pow_number_grad_op = {
  .name = "pow_grad",
  .shape = dg_shape_same,
  .forward = pow_number_grad_forward,
  .backward = pow_number_grad_backward,
  .reads = DG_READS_ALL_X,
};

/* x x, elementwise; any dtype but bool. Integers wrap around. */
DG_API dg_tensor *dg_square(dg_tensor *x) { return dg_apply1(&square_op, x, NULL); }

/* x^p, elementwise; floats, or any dtype but bool for p = 2. x^0 is 1 for every x. */
DG_API dg_tensor *dg_pow_number(dg_tensor *x, double p)
{
  if (p == 2) return dg_square(x);
  if (p == 0.5) return dg_sqrt(x);
  if (p == -1) return dg_rdiv(x, 1);
  dg_call *c = dg_begin1(&pow_number_op, x);
  if (c) c->f[0] = p;
  return dg_finish(c);
}

/* p x^(p - 1) gy: the gradient of x^p. It is 0 for p = 0, also where x is 0. */
DG_API dg_tensor *dg_pow_number_grad(dg_tensor *x, dg_tensor *gy, double p)
{
  dg_call *c = dg_begin2(&pow_number_grad_op, x, gy);
  if (c) c->f[0] = p;
  return dg_finish(c);
}
