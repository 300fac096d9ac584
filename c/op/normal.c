/* normal.c -- the relatives of the error function and of the normal distribution, elementwise. */
#include "op/op.h"
#include "device/special.h"

#define TWO_OVER_SQRT_PI 1.12837916709551257389615890312
#define SQRT_PI_OVER_2 0.886226925452758013649083741671 /* sqrt(pi) / 2 */
#define SQRT_HALF 0.707106781186547524400844362105
#define SQRT_TWO_PI 2.50662827463100050241576528481
#define SQRT_TWO_OVER_PI 0.797884560802865355879892119869

DG_MAP_PLAIN(1, erfc_map, (T)(erfc((double)x)))
DG_MAP_SPECIAL(1, erfcx_map, (T)(dg_erfcx_f64(x)))
DG_MAP_SPECIAL(1, erfinv_map, (T)(dg_erfinv_f64(x)))
DG_MAP_SPECIAL(1, erfcinv_map, (T)(dg_erfcinv_f64(x)))
DG_MAP_SPECIAL(1, ndtr_map, (T)(dg_ndtr_f64(x)))
DG_MAP_SPECIAL(1, ndtri_map, (T)(dg_ndtri_f64(x)))
DG_MAP_SPECIAL(1, log_ndtr_map, (T)(dg_log_ndtr_f64(x)))

/* gy scale exp(factor x^2) */
static dg_tensor *bell(dg_tensor *gy, double scale, double factor, dg_tensor *x)
{
  return dg_mul(gy, dg_affine(dg_exp(dg_affine(dg_square(x), factor, 0)), scale, 0));
}

/* gx = -gy 2 / sqrt(pi) exp(-x^2). */
static int erfc_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = bell(gy[0], -TWO_OVER_SQRT_PI, -1, dg_x(c, 0));
  return 0;
}

/* y = exp(x^2) erfc(x): gx = gy (2 x y - 2 / sqrt(pi)). */
static int erfcx_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *product = dg_mul(dg_x(c, 0), dg_y(c, 0));
  gx[0] = dg_mul(gy[0], dg_affine(product, 2, -TWO_OVER_SQRT_PI));
  return 0;
}

/* x = erf(y): gx = gy sqrt(pi) / 2 exp(y^2). */
static int erfinv_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = bell(gy[0], SQRT_PI_OVER_2, 1, dg_y(c, 0));
  return 0;
}

/* x = erfc(y): gx = -gy sqrt(pi) / 2 exp(y^2). */
static int erfcinv_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = bell(gy[0], -SQRT_PI_OVER_2, 1, dg_y(c, 0));
  return 0;
}

/* gx = gy exp(-x^2 / 2) / sqrt(2 pi). */
static int ndtr_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = bell(gy[0], 1 / SQRT_TWO_PI, -0.5, dg_x(c, 0));
  return 0;
}

/* x = ndtr(y): gx = gy sqrt(2 pi) exp(y^2 / 2). */
static int ndtri_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  gx[0] = bell(gy[0], SQRT_TWO_PI, 0.5, dg_y(c, 0));
  return 0;
}

/* The density over the probability, without either: gx = gy sqrt(2 / pi) / erfcx(-x / sqrt(2)). */
static int log_ndtr_backward(dg_call *c, dg_tensor **gy, dg_tensor **gx)
{
  dg_tensor *ratio = dg_rdiv(dg_erfcx(dg_affine(dg_x(c, 0), -SQRT_HALF, 0)), SQRT_TWO_OVER_PI);
  gx[0] = dg_mul(gy[0], ratio);
  return 0;
}

/* An operator of this file: its name, formula and rule are called alike. */
#define NORMAL(title, looks_at)                                                                    \
  static const dg_op_class title##_op = {                                                          \
    .name = #title,                                                                                \
    .shape = dg_shape_same,                                                                        \
    .map = &title##_map,                                                                           \
    .backward = title##_backward,                                                                  \
    .reads = looks_at,                                                                             \
  };

NORMAL(erfc, DG_READS_X0)
NORMAL(erfcx, DG_READS_X0 | DG_READS_Y)
NORMAL(erfinv, DG_READS_Y)
NORMAL(erfcinv, DG_READS_Y)
NORMAL(ndtr, DG_READS_X0)
NORMAL(ndtri, DG_READS_Y)
NORMAL(log_ndtr, DG_READS_X0)

/* 1 - erf(x), elementwise, exact for large x too; floats. */
DG_API dg_tensor *dg_erfc(dg_tensor *x) { return dg_apply1(&erfc_op, x, NULL); }

/* exp(x^2) erfc(x), elementwise, without underflow; floats. */
DG_API dg_tensor *dg_erfcx(dg_tensor *x) { return dg_apply1(&erfcx_op, x, NULL); }

/* What erf undoes, elementwise; floats. Infinite at -1 and 1, NaN beyond. */
DG_API dg_tensor *dg_erfinv(dg_tensor *x) { return dg_apply1(&erfinv_op, x, NULL); }

/* What erfc undoes, elementwise; floats. Infinite at 0 and 2, NaN beyond. */
DG_API dg_tensor *dg_erfcinv(dg_tensor *x) { return dg_apply1(&erfcinv_op, x, NULL); }

/* The probability that a normal number is below x, elementwise; floats. */
DG_API dg_tensor *dg_ndtr(dg_tensor *x) { return dg_apply1(&ndtr_op, x, NULL); }

/* The number that a normal number is below with probability x, elementwise; floats. Infinite at 0
 * and 1, NaN beyond. */
DG_API dg_tensor *dg_ndtri(dg_tensor *x) { return dg_apply1(&ndtri_op, x, NULL); }

/* The logarithm of ndtr, elementwise, exact far below 0 too; floats. */
DG_API dg_tensor *dg_log_ndtr(dg_tensor *x) { return dg_apply1(&log_ndtr_op, x, NULL); }
