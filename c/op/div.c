/* div.c -- quotients: of two tensors, with broadcasting, and of a tensor and a number. */
#include "op/op.h"

DG_MAP2(div_map, (x / y))
DG_MAP1(div_number_map, (x / p))
DG_MAP1(rdiv_map, (p / x))
DG_MAP3(div_grad_map, (-(x * y) / z))

/* y = a / b: ga = gy / b, gb = -gy y / b. The result stands in for a, which may be freed. */
static int div_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *b = dg_x(c, 1);
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, dg_div(gy[0], b));
  if (dg_needs(c, 1)) gx[1] = dg_unbroadcast(c, 1, dg_div_grad(gy[0], dg_y(c, 0), b));
  return 0;
}

/* y = x / n: gx = gy / n. */
static int div_number_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_div_number(gy[0], c->f[0]);
  return 0;
}

/* y = n / x: gx = -gy y / x. */
static int rdiv_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_div_grad(gy[0], dg_y(c, 0), dg_x(c, 0));
  return 0;
}

/* z = -g y / b: dz/dg = -y / b, dz/dy = -g / b and dz/db = -z / b, all of its own form. */
static int div_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *g = dg_x(c, 0), *y = dg_x(c, 1), *b = dg_x(c, 2);
  if (dg_needs(c, 0)) gx[0] = dg_unbroadcast(c, 0, dg_div_grad(gz[0], y, b));
  if (dg_needs(c, 1)) gx[1] = dg_unbroadcast(c, 1, dg_div_grad(gz[0], g, b));
  if (dg_needs(c, 2)) gx[2] = dg_unbroadcast(c, 2, dg_div_grad(gz[0], dg_y(c, 0), b));
  return 0;
}

static const dg_op_class div_op = {
  .name = "div",
  .shape = dg_shape_broadcast_float,
  .map = &div_map,
  .backward = div_backward,
  .reads = DG_READS_X1 | DG_READS_Y,
};
static const dg_op_class div_number_op = {
  .name = "div",
  .shape = dg_shape_same,
  .map = &div_number_map,
  .backward = div_number_backward,
};
static const dg_op_class rdiv_op = {
  .name = "div",
  .shape = dg_shape_same,
  .map = &rdiv_map,
  .backward = rdiv_backward,
  .reads = DG_READS_X0 | DG_READS_Y,
};
static const dg_op_class div_grad_op = {
  .name = "div_grad",
  .shape = dg_shape_broadcast_float,
  .map = &div_grad_map,
  .backward = div_grad_backward,
  .reads = DG_READS_X0 | DG_READS_X1 | DG_READS_X2 | DG_READS_Y,
};

/* a / b, broadcast; both of one float dtype (integers have floordiv). */
DG_API dg_tensor *dg_div(dg_tensor *a, dg_tensor *b) { return dg_apply2(&div_op, a, b, NULL); }

/* x / number, elementwise; floats. Exact where a multiplication by 1 / number would not be. */
DG_API dg_tensor *dg_div_number(dg_tensor *x, double number)
{
  dg_call *c = dg_begin1(&div_number_op, x);
  if (c) c->f[0] = number;
  return dg_finish(c);
}

/* number / x, elementwise; floats. */
DG_API dg_tensor *dg_rdiv(dg_tensor *x, double number)
{
  dg_call *c = dg_begin1(&rdiv_op, x);
  if (c) c->f[0] = number;
  return dg_finish(c);
}

/* -gy y / b, broadcast: the gradient of y = a / b to b. */
DG_API dg_tensor *dg_div_grad(dg_tensor *gy, dg_tensor *y, dg_tensor *b)
{
  return dg_finish(dg_begin(&div_grad_op, 3, (dg_tensor *const[]){ gy, y, b }));
}
