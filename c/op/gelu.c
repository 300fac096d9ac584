/* gelu.c -- the Gaussian error linear unit, and its approximation by tanh, elementwise.
 *
 * x times the share of normal numbers below x (Hendrycks and Gimpel, arXiv:1606.08415). */
#include "op/op.h"

/* The numbers are the square root of 1/2, and 1 / sqrt(2 pi), the density at 0. */
DG_MAP1(gelu_map, (x / 2 * (1 + erf(K(0.70710678118654752) * x))))
DG_MAP2(gelu_grad_map, (y * ((1 + erf(K(0.70710678118654752) * x)) / 2 +
                             K(0.39894228040143268) * x * exp(-x * x / 2))))

/* (1 + tanh u) / 2 = sigmoid(2 u), and 2 u = p x (1 + q x^2). With s = sigmoid(2 u) the slope is
 * s + x s (1 - s) w, w = p (1 + 3 q x^2). */
static const double cubic[] = { 1.59576912160573071175978423974, 0.044715 };

DG_MAP1(gelu_tanh_map, (x * sigmoid(p * x * (1 + q * x * x))))
DG_MAP2(gelu_tanh_grad_map,
        (y * sigmoid(p * x * (1 + q * x * x)) *
         (1 + x * (1 - sigmoid(p * x * (1 + q * x * x))) * p * (1 + 3 * q * x * x))))

/* With the density f: the slope of x F(x) is F + x f, the slope of that is f (2 - x^2). */
static int gelu_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  dg_tensor *x = dg_x(c, 0), *g = dg_x(c, 1);
  if (dg_needs(c, 0)) {
    dg_tensor *square = dg_square(x);
    dg_tensor *density = dg_affine(dg_exp(dg_affine(square, -0.5, 0)), 0.39894228040143268, 0);
    dg_tensor *slope = dg_mul(density, dg_affine(square, -1, 2));
    gx[0] = dg_mul(gz[0], dg_mul(g, slope));
  }
  if (dg_needs(c, 1)) gx[1] = dg_gelu_grad(x, gz[0], 0);
  return 0;
}

/* The slope of s + x s (1 - s) w is s (1 - s) (2 w + x ((1 - 2 s) w^2 + 6 p q x)). */
static int gelu_tanh_grad_backward(dg_call *c, dg_tensor **gz, dg_tensor **gx)
{
  const double p = cubic[0], q = cubic[1];
  dg_tensor *x = dg_x(c, 0), *g = dg_x(c, 1);
  if (dg_needs(c, 0)) {
    dg_tensor *square = dg_square(x);
    dg_tensor *s = dg_sigmoid(dg_mul(x, dg_affine(square, p * q, p)));
    dg_tensor *w = dg_affine(square, 3 * p * q, p);
    dg_tensor *bend = dg_mul(dg_affine(s, -2, 1), dg_square(w));
    dg_tensor *inner = dg_mul(x, dg_add(bend, dg_affine(x, 6 * p * q, 0)));
    dg_tensor *slope = dg_sigmoid_grad(s, dg_add(dg_affine(w, 2, 0), inner));
    gx[0] = dg_mul(gz[0], dg_mul(g, slope));
  }
  if (dg_needs(c, 1)) gx[1] = dg_gelu_grad(x, gz[0], 1);
  return 0;
}

static const dg_op_class gelu_grad_op = {
  .name = "gelu_grad",
  .shape = dg_shape_same,
  .map = &gelu_grad_map,
  .backward = gelu_grad_backward,
  .reads = DG_READS_ALL_X,
};
static const dg_op_class gelu_tanh_grad_op = {
  .name = "gelu_grad",
  .shape = dg_shape_same,
  .map = &gelu_tanh_grad_map,
  .backward = gelu_tanh_grad_backward,
  .reads = DG_READS_ALL_X,
};

static int gelu_tanh_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_gelu_grad(dg_x(c, 0), gy[0], 1);
  return 0;
}

static const dg_op_class gelu_op = {
  .name = "gelu",
  .shape = dg_shape_same,
  .map = &gelu_map,
  .backward = dg_rule_backward,
  .gradient = { { &gelu_grad_op, DG_X0, DG_GY } },
  .reads = DG_READS_X0,
};
static const dg_op_class gelu_tanh_op = {
  .name = "gelu",
  .shape = dg_shape_same,
  .map = &gelu_tanh_map,
  .backward = gelu_tanh_backward,
  .reads = DG_READS_X0,
};

/* x times the probability that a normal number is below x, elementwise; floats. With by_tanh its
 * approximation x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. */
DG_API dg_tensor *dg_gelu(dg_tensor *x, int by_tanh)
{
  return by_tanh ? dg_apply1(&gelu_tanh_op, x, cubic) : dg_apply1(&gelu_op, x, NULL);
}

/* gy times the slope of gelu at x: its gradient. */
DG_API dg_tensor *dg_gelu_grad(dg_tensor *x, dg_tensor *gy, int by_tanh)
{
  return by_tanh ? dg_apply2(&gelu_tanh_grad_op, x, gy, cubic)
                 : dg_apply2(&gelu_grad_op, x, gy, NULL);
}
