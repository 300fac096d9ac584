/* elu.c -- rectifiers that end in an exponential, elementwise: elu and its scaled form, selu. */
#include "op/op.h"

/* p is alpha, q the scale. */
DG_MAP1(elu_map, (x < 0 ? p * q * expm1(x) : q * x))
DG_MAP2(elu_grad_map, (x < 0 ? p * q * exp(x) * y : q * y))

static dg_tensor *gradient(dg_tensor *x, dg_tensor *gy, const double *numbers);

/* z = g scale (alpha e^x where x < 0, else 1): the part below 0 is its own derivative. */
static int elu_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *x = dg_x(c, 0), *g = dg_x(c, 1);
  if (dg_needs(c, 0)) {
    dg_tensor *slope = gradient(x, dg_mul(gz[0], g), c->f);
    gx[0] = dg_where(dg_lt_number(x, 0), slope, dg_constant(&c->x[0]->v, 0, NULL, 0));
  }
  if (dg_needs(c, 1)) gx[1] = gradient(x, gz[0], c->f);
  return 0;
}

static int elu_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = gradient(dg_x(c, 0), gy[0], c->f);
  return 0;
}

static const dg_op_class elu_grad_op = {
  .name = "elu_grad",
  .shape = dg_shape_same,
  .map = &elu_grad_map,
  .backward = elu_grad_backward,
  .reads = DG_READS_ALL_X,
};
static const dg_op_class elu_op = {
  .name = "elu",
  .shape = dg_shape_same,
  .map = &elu_map,
  .backward = elu_backward,
  .reads = DG_READS_X0,
};
static const dg_op_class selu_op = {
  .name = "selu",
  .shape = dg_shape_same,
  .map = &elu_map,
  .backward = elu_backward,
  .reads = DG_READS_X0,
};

static dg_tensor *gradient(dg_tensor *x, dg_tensor *gy, const double *numbers)
{
  return dg_apply2(&elu_grad_op, x, gy, numbers);
}

/* x where it is not negative, else alpha (e^x - 1), elementwise; floats. */
DG_API dg_tensor *dg_elu(dg_tensor *x, double alpha)
{
  return dg_apply1(&elu_op, x, (const double[]){ alpha, 1 });
}

/* scale elu(x), elementwise; floats. */
DG_API dg_tensor *dg_selu(dg_tensor *x, double alpha, double scale)
{
  return dg_apply1(&selu_op, x, (const double[]){ alpha, scale });
}
