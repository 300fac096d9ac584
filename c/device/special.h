/* special.h -- special functions of double arguments, in C that CUDA compiles as it stands.
 *
 * Loops over them do not vectorize: they have branches and call libm. Formulas over float use them
 * too. Unless said otherwise, results are within 1e-12 of the right one, relative to it:
 * spec/op/special_reference_spec.lua compares with SciPy and mpmath. */
#ifndef DG_SPECIAL_H
#define DG_SPECIAL_H

#ifdef __CUDACC__
#define DG_SPECIAL static __device__
#else
#define DG_SPECIAL static __attribute__((noinline, unused))
#endif
#ifndef __CUDACC_RTC__
#include <math.h>
#elif !defined NAN
#define NAN __longlong_as_double(0x7ff8000000000000LL)
#define INFINITY __longlong_as_double(0x7ff0000000000000LL)
#endif

/* A formula that calls these functions (device/map.h). */
#define DG_MAP_SPECIAL(n, map, F) DG_MAP_CALLS(n, map, "device/special.h", #F, F)

/* c[0] + c[1] x + ... + c[n - 1] x^(n - 1) */
DG_SPECIAL double dg_polynomial(double x, const double *c, int n)
{
  double y = 0;
  for (int i = n - 1; i >= 0; i--) y = y * x + c[i];
  return y;
}

/* -- Gamma and what belongs to it ------------------------------------------------------------- */

/* log |gamma(x)|. C's lgamma writes a global variable, lgamma_r does not. */
DG_SPECIAL double dg_lgamma_f64(double x)
{
#ifdef __CUDACC__
  return lgamma(x);
#else
  int sign;
  return lgamma_r(x, &sign);
#endif
}

/* pi / tan(pi x), for x that is not whole. */
DG_SPECIAL double dg_cot_pi_f64(double x)
{
  const double pi = 3.14159265358979323846;
  double r = x - floor(x + 0.5); /* from -1/2 to 1/2 */
  if (fabs(r) <= 0.25) return pi / tan(pi * r);
  return pi * tan(pi * ((r < 0 ? -0.5 : 0.5) - r));
}

/* The derivative of log gamma. Near its zero at 1.46... by Taylor's series about that (DLMF 5.15.1
 * gives the derivatives); else moved above 10 by the recurrence (DLMF 5.5.2), then the asymptotic
 * series (5.11.2); below 0 by reflection (5.5.4). Near its negative zeros the absolute error is
 * 1e-15. -0 and 0 are poles of one side, the negative whole numbers of both: NaN. */
DG_SPECIAL double dg_digamma_f64(double x)
{
  const double zero_high = 1.4616321449683622, zero_low = 9.5499954299656974e-17;
  const double about_zero[] = {
    0,
    0.9676722454476212,
    -0.44276316898359208,
    0.25849976095565103,
    -0.16394270544240652,
    0.10782405069126237,
    -0.072199561256454714,
    0.04880428816414311,
    -0.033161126474847362,
    0.022597648232218104,
    -0.01542476590494896,
    0.010538791616612175,
    -0.0072045343863568687,
    0.0049267813957298533,
    -0.0033698016554393282,
    0.002305126326734928,
    -0.0015769367714301972,
    0.0010788252019162967,
    -0.00073807093899600515,
    0.00050495326583460199,
    -0.00034546802510630769,
    0.00023635601564027053,
  };
  /* B(2k) / 2k */
  const double asymptotic[] = {
    0, 1. / 12, -1. / 120, 1. / 252, -1. / 240, 1. / 132, -691. / 32760, 1. / 12,
  };
  double y = 0;
  if (x == 0) return -1 / x;
  if (x < 0) {
    if (x == floor(x)) return NAN;
    y = -dg_cot_pi_f64(x);
    x = 1 - x;
  }
  if (fabs(x - zero_high) < 0.25)
    return y + dg_polynomial(x - zero_high - zero_low, about_zero, 22);
  for (; x < 10; x += 1) y -= 1 / x;
  return y + (log(x) - 1 / (2 * x) - dg_polynomial(1 / (x * x), asymptotic, 8));
}

/* Hurwitz's zeta for q > 0 and x > 1: ten terms of the sum (DLMF 25.11.4), and the rest by Euler
 * and Maclaurin (25.11.28). */
DG_SPECIAL double dg_zeta_above_0(double x, double q)
{
  /* B(2k) / (2k)! */
  const double weight[] = {
    0.083333333333333329,    -0.0013888888888888889,  3.3068783068783071e-05,
    -8.2671957671957675e-07, 2.08767569878681e-08,    -5.2841901386874932e-10,
    1.3382536530684679e-11,  -3.3896802963225827e-13, 8.5860620562778452e-15,
    -2.1748686985580619e-16, 5.5090028283602295e-18,  -1.3954464685812522e-19,
  };
  double sum = 0, w = q + 10;
  for (int i = 9; i >= 0; i--) sum += pow(q + i, -x);
  double power = pow(w, -x), rest = pow(w, 1 - x) / (x - 1);
  if (power == 0) return sum + rest;
  double factor = x / w, terms = 0.5;
  for (int k = 0; k < 12; k++) {
    double term = weight[k] * factor;
    terms += term;
    if (fabs(term) < 1e-17) break;
    factor *= (x + 2 * k + 1) / w * ((x + 2 * k + 2) / w);
  }
  return sum + (rest + power * terms);
}

/* Hurwitz's zeta, the sum of (q + k)^-x over k = 0, 1, 2 ...; NaN for x < 1. A whole q from 0 down
 * is a pole: infinity. Between those the powers exist for whole x alone, and the terms below 0 are
 * those of two sums above it. */
DG_SPECIAL double dg_zeta_f64(double x, double q)
{
  if (!(x >= 1) || q != q) return NAN;
  if (x == 1) return INFINITY;
  if (q > 0) return dg_zeta_above_0(x, q);
  if (q == floor(q)) return INFINITY;
  if (x != floor(x)) return NAN;
  double part = -q - floor(-q), sign = fmod(x, 2) == 0 ? 1 : -1;
  double near = dg_zeta_above_0(x, 1 - part) + sign * dg_zeta_above_0(x, part);
  return near - sign * dg_zeta_above_0(x, 1 - q);
}

/* Derivative n of digamma, (-1)^(n + 1) n! zeta(n + 1, x) (DLMF 25.11.12); NaN where n is not a
 * whole number from 0 on. */
DG_SPECIAL double dg_polygamma_f64(double n, double x)
{
  if (n == 0) return dg_digamma_f64(x);
  if (!(n > 0) || n != floor(n)) return NAN;
  double y = tgamma(n + 1) * dg_zeta_f64(n + 1, x);
  return fmod(n, 2) == 0 ? -y : y;
}

/* -- The error function and the normal distribution ------------------------------------------- */

/* exp(x^2) erfc(x): as it stands up to 10, where the error of x^2 costs 1e-14, then the asymptotic
 * series (DLMF 7.12.1). */
DG_SPECIAL double dg_erfcx_f64(double x)
{
  const double one_over_sqrt_pi = 0.56418958354775628695;
  double a = fabs(x), r = 1 / (2 * a * a), y = 1;
  for (int k = 23; k > 0; k -= 2) y = 1 - k * r * y;
  y = a > 10 ? one_over_sqrt_pi / a * y : exp(a * a) * erfc(a);
  return x < 0 ? 2 * exp(x * x) - y : y;
}

/* The number that normal numbers are below with the probability 1/2 + q; `tail` is 1/2 - |q|, which
 * is given so that it can be small. Rational functions of Wichura (Algorithm AS 241, PPND16,
 * Applied Statistics 37, 1988). */
DG_SPECIAL double dg_normal_quantile(double q, double tail)
{
  const double a[] = { 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                       1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                       3.3430575583588128105e4, 2.5090809287301226727e3 };
  const double b[] = { 1,
                       4.2313330701600911252e1,
                       6.8718700749205790830e2,
                       5.3941960214247511077e3,
                       2.1213794301586595867e4,
                       3.9307895800092710610e4,
                       2.8729085735721942674e4,
                       5.2264952788528545610e3 };
  const double c[] = { 1.42343711074968357734e0,  4.63033784615654529590e0,
                       5.76949722146069140550e0,  3.64784832476320460504e0,
                       1.27045825245236838258e0,  2.41780725177450611770e-1,
                       2.27238449892691845833e-2, 7.74545014278341407640e-4 };
  const double d[] = { 1,
                       2.05319162663775882187e0,
                       1.67638483018380384940e0,
                       6.89767334985100004550e-1,
                       1.48103976427480074590e-1,
                       1.51986665636164571966e-2,
                       5.47593808499534494600e-4,
                       1.05075007164441684324e-9 };
  const double e[] = { 6.65790464350110377720e0,  5.46378491116411436990e0,
                       1.78482653991729133580e0,  2.96560571828504891230e-1,
                       2.65321895265761230930e-2, 1.24266094738807843860e-3,
                       2.71155556874348757815e-5, 2.01033439929228813265e-7 };
  const double f[] = { 1,
                       5.99832206555887937690e-1,
                       1.36929880922735805310e-1,
                       1.48753612908506148525e-2,
                       7.86869131145613259100e-4,
                       1.84631831751005468180e-5,
                       1.42151175831644588870e-7,
                       2.04426310338993978564e-15 };
  if (fabs(q) <= 0.425) {
    double r = 0.180625 - q * q;
    return q * dg_polynomial(r, a, 8) / dg_polynomial(r, b, 8);
  }
  if (!(tail >= 0)) return NAN;
  double y = INFINITY;
  if (tail > 0) {
    double r = sqrt(-log(tail));
    y = r <= 5 ? dg_polynomial(r - 1.6, c, 8) / dg_polynomial(r - 1.6, d, 8)
               : dg_polynomial(r - 5, e, 8) / dg_polynomial(r - 5, f, 8);
  }
  return q < 0 ? -y : y;
}

/* What erf and erfc undo: erf(x) is the share of normal numbers within sqrt(2) x. */
DG_SPECIAL double dg_erfinv_f64(double y)
{
  const double sqrt_half = 0.70710678118654752440;
  return sqrt_half * dg_normal_quantile(y / 2, (1 - fabs(y)) / 2);
}

DG_SPECIAL double dg_erfcinv_f64(double y)
{
  const double sqrt_half = 0.70710678118654752440;
  return -sqrt_half * dg_normal_quantile((y - 1) / 2, y < 1 ? y / 2 : 1 - y / 2);
}

/* The probability of a normal number below x, the number below which it is p, and its logarithm
 * (DLMF 7.2.2: erfc(-x / sqrt 2) / 2). */
DG_SPECIAL double dg_ndtr_f64(double x)
{
  const double sqrt_half = 0.70710678118654752440;
  return erfc(-x * sqrt_half) / 2;
}

DG_SPECIAL double dg_ndtri_f64(double p)
{
  return dg_normal_quantile(p - 0.5, p < 0.5 ? p : 1 - p);
}

DG_SPECIAL double dg_log_ndtr_f64(double x)
{
  const double sqrt_half = 0.70710678118654752440;
  if (x < -1) return log(dg_erfcx_f64(-x * sqrt_half) / 2) - x * x / 2;
  return log1p(-erfc(x * sqrt_half) / 2);
}

#endif
