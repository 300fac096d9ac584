/* sinh.c -- hyperbolic functions and their inverses, elementwise; tanh has a file of its own. */
#include "op/op.h"

DG_MAP_PLAIN(1, sinh_map, (sinh(x)))
DG_MAP_PLAIN(1, cosh_map, (cosh(x)))
DG_MAP_PLAIN(1, arcsinh_map, (asinh(x)))
DG_MAP_PLAIN(1, arccosh_map, (acosh(x)))
DG_MAP_PLAIN(1, arctanh_map, (atanh(x)))

/* y = sinh x: gx = gy cosh x. */
static int sinh_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_cosh(dg_x(c, 0)));
  return 0;
}

/* y = cosh x: gx = gy sinh x. */
static int cosh_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_sinh(dg_x(c, 0)));
  return 0;
}

/* gx = gy / sqrt(x^2 + 1). */
static int arcsinh_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_rsqrt(dg_affine(dg_square(dg_x(c, 0)), 1, 1)));
  return 0;
}

/* gx = gy / sqrt(x^2 - 1). */
static int arccosh_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_mul(gy[0], dg_rsqrt(dg_affine(dg_square(dg_x(c, 0)), 1, -1)));
  return 0;
}

/* gx = gy / (1 - x^2). */
static int arctanh_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = dg_div(gy[0], dg_affine(dg_square(dg_x(c, 0)), -1, 1));
  return 0;
}

/* An operator of this file: its name, formula and rule are called alike. */
#define HYPERBOLIC(title)                                                                          \
  static const dg_op_class title##_op = {                                                          \
    .name = #title,                                                                                \
    .shape = dg_shape_same,                                                                        \
    .map = &title##_map,                                                                           \
    .backward = title##_backward,                                                                  \
    .reads = DG_READS_X0,                                                                          \
  };

HYPERBOLIC(sinh)
HYPERBOLIC(cosh)
HYPERBOLIC(arcsinh)
HYPERBOLIC(arccosh)
HYPERBOLIC(arctanh)

/* The hyperbolic sine, elementwise; floats. */
DG_API dg_tensor *dg_sinh(dg_tensor *x) { return dg_apply1(&sinh_op, x, NULL); }

/* The hyperbolic cosine, elementwise; floats. */
DG_API dg_tensor *dg_cosh(dg_tensor *x) { return dg_apply1(&cosh_op, x, NULL); }

/* What sinh undoes, elementwise; floats. */
DG_API dg_tensor *dg_arcsinh(dg_tensor *x) { return dg_apply1(&arcsinh_op, x, NULL); }

/* The number from 0 on that cosh makes x, elementwise; floats. NaN below 1. */
DG_API dg_tensor *dg_arccosh(dg_tensor *x) { return dg_apply1(&arccosh_op, x, NULL); }

/* What tanh undoes, elementwise; floats. Infinite at -1 and 1, NaN beyond. */
DG_API dg_tensor *dg_arctanh(dg_tensor *x) { return dg_apply1(&arctanh_op, x, NULL); }
