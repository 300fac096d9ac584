/* tgvmath.h -- exp(x), sin(x) and so on for any type: one formula serves float and double. */
#ifndef DG_TGVMATH_H
#define DG_TGVMATH_H

/* float and double get the inlined functions of vmath.h, or libm's where there are none; integers
 * count as double. A literal such as 0.5 is a double and drags a float formula along: write
 * x / 2, or cast.
 *
 * long double gets libm throughout. That is the way out for blocks that dg_trig_fits_* refuses:
 * the same formula over long double variables is slow and right for every argument. CUDA has
 * overloads of all this already and needs only sigmoid and softplus. */
#include <math.h>
#include "device/vmath.h"

DG_VM long double dg_sigmoid_ld(long double x) { return 1 / (1 + expl(-x)); }

DG_VM long double dg_softplus_ld(long double x)
{
  return (x < 0 ? 0 : x) + log1pl(expl(-fabsl(x)));
}

#define DG_TG_OWN(name, x)                                                                         \
  _Generic((x), float : dg_##name##_f32, long double : name##l, default : dg_##name##_f64)(x)
#define DG_TG_LIBM(name, x) _Generic((x), float : name##f, long double : name##l, default : name)(x)
#define DG_TG_LIBM2(name, x, y)                                                                    \
  _Generic((x) + (y), float : name##f, long double : name##l, default : name)(x, y)

#define exp(x) DG_TG_OWN(exp, x)
#define expm1(x) DG_TG_OWN(expm1, x)
#define log(x) DG_TG_OWN(log, x)
#define log1p(x) DG_TG_OWN(log1p, x)
#define log2(x) DG_TG_OWN(log2, x)
#define log10(x) DG_TG_OWN(log10, x)
#define tanh(x) DG_TG_OWN(tanh, x)
#define erf(x) DG_TG_OWN(erf, x)
#define sin(x) DG_TG_OWN(sin, x)
#define cos(x) DG_TG_OWN(cos, x)
#define sigmoid(x)                                                                                 \
  _Generic((x), float : dg_sigmoid_f32, long double : dg_sigmoid_ld, default : dg_sigmoid_f64)(x)
#define softplus(x)                                                                                \
  _Generic((x), float : dg_softplus_f32, long double : dg_softplus_ld, default : dg_softplus_f64)(x)

/* Compilers have instructions for these. */
#define sqrt(x) DG_TG_LIBM(sqrt, x)
#define fabs(x) DG_TG_LIBM(fabs, x)
#define floor(x) DG_TG_LIBM(floor, x)
#define ceil(x) DG_TG_LIBM(ceil, x)
#define trunc(x) DG_TG_LIBM(trunc, x)
#define round(x) DG_TG_LIBM(round, x)
#define rint(x) DG_TG_LIBM(rint, x)

#define tan(x) DG_TG_LIBM(tan, x)
#define asin(x) DG_TG_LIBM(asin, x)
#define acos(x) DG_TG_LIBM(acos, x)
#define atan(x) DG_TG_LIBM(atan, x)
#define sinh(x) DG_TG_LIBM(sinh, x)
#define cosh(x) DG_TG_LIBM(cosh, x)
#define asinh(x) DG_TG_LIBM(asinh, x)
#define acosh(x) DG_TG_LIBM(acosh, x)
#define atanh(x) DG_TG_LIBM(atanh, x)
#define lgamma(x) DG_TG_LIBM(lgamma, x)
#define pow(x, y) DG_TG_LIBM2(pow, x, y)
#define fmod(x, y) DG_TG_LIBM2(fmod, x, y)
#define atan2(x, y) DG_TG_LIBM2(atan2, x, y)

#endif
