/* vmath_f64.h -- the functions of vmath.h in double; vmath_f32.h explains what both do. */
#ifndef DG_VMATH_F64_H
#define DG_VMATH_F64_H

#include "device/vmath.h"

/* ---- exp and its family ---- */

/* As in float; ln2 is split as in fdlibm's e_exp.c, 32 bits and the rest. Remez: 2^-61.5. */
DG_VM double dg_exp_reduce_f64(double x, uint64_t *n)
{
  double t = x * 0x1.71547652b82fep0 + 0x1.8p52;
  double k = t - 0x1.8p52;
  double r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
  double q = 0x1.1f102bb7c77e5p-29;
  q = q * r + 0x1.af5f172ab98f7p-26;
  q = q * r + 0x1.27e5198469b2ep-22;
  q = q * r + 0x1.71ddf819562cbp-19;
  q = q * r + 0x1.a01a018b44f8bp-16;
  q = q * r + 0x1.a01a01b00095fp-13;
  q = q * r + 0x1.6c16c16c1b322p-10;
  q = q * r + 0x1.111111110f659p-7;
  q = q * r + 0x1.555555555554cp-5;
  q = q * r + 0x1.5555555555559p-3;
  q = q * r + 0.5;
  *n = dg_bits_f64(t);
  return r + r * r * q;
}

/* exp(x) for -708 < x < 709 */
DG_VM double dg_exp_core_f64(double x)
{
  uint64_t n;
  double p = dg_exp_reduce_f64(x, &n);
  double s = dg_from_bits_f64((n << 52) + 0x3ff0000000000000u);
  return s + s * p;
}

/* exp(x) for -746 <= x <= 710 */
DG_VM double dg_exp_wide_f64(double x)
{
  uint64_t n;
  double p = dg_exp_reduce_f64(x, &n);
  uint64_t half = (n >> 1) << 52;
  double s = dg_from_bits_f64(half + 0x3ff0000000000000u);
  return (s + s * p) * dg_from_bits_f64((n << 52) - half + 0x3ff0000000000000u);
}

/* 1 ulp */
DG_VM double dg_exp_f64(double x)
{
  double y = dg_exp_wide_f64(x);
  y = x > 710 ? dg_inf_f64() : y;
  return x < -746 ? 0 : y;
}

/* 2 ulp */
DG_VM double dg_expm1_f64(double x)
{
  uint64_t n;
  double p = dg_exp_reduce_f64(x, &n);
  double s = dg_from_bits_f64((n << 52) + 0x3fe0000000000000u);
  double y = 2 * (s * p + (s - 0.5));
  y = x > 710 ? dg_inf_f64() : y;
  y = x < -38 ? -1 : y;
  return dg_abs_f64(x) < 0x1p-54 ? x : y;
}

/* 2 ulp. |x| < 0.625: x + x z P(z) / Q(z), z = x^2, of Cephes' tanh.c; both ranges share the
 * division. */
DG_VM double dg_tanh_f64(double x)
{
  double a = dg_abs_f64(x), z = a * a;
  double p = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z;
  p = (p - 1.61468768441708447952e3) * z * a;
  double q = (z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3;
  q = q * z + 4.84406305325125486048e3;
  double e = dg_exp_core_f64(2 * (a > 20 ? 20 : a)) + 1;
  int near0 = a < 0.625;
  double y = (near0 ? a : 1) + (near0 ? p : -2) / (near0 ? q : e);
  return dg_signed_f64(y, x);
}

/* 2 ulp */
DG_VM double dg_sigmoid_f64(double x)
{
  double a = dg_abs_f64(x);
  double e = dg_exp_wide_f64(a > 746 ? -746 : -a);
  double d = 1 + e, y = (x < 0 ? e : 1) / d;
  return y - y * (e - (d - 1));
}

/* ---- the logarithms ---- */

/* log(1 + f) - f + f^2 / 2 by fdlibm's e_log.c: s = f / (2 + f), an odd series in s. */
DG_VM double dg_log_tail_f64(double f)
{
  double s = f / (2 + f), z = s * s, p = 1.479819860511658591e-01;
  p = p * z + 1.531383769920937332e-01;
  p = p * z + 1.818357216161805012e-01;
  p = p * z + 2.222219843214978396e-01;
  p = p * z + 2.857142874366239149e-01;
  p = p * z + 3.999999999940941908e-01;
  p = p * z + 6.666666666666735130e-01;
  return s * (0.5 * f * f + z * p);
}

DG_VM double dg_log_split_f64(double x, double *e)
{
  uint64_t tiny = x < 0x1p-1022 ? 52 : 0;
  double s = x * dg_from_bits_f64((tiny << 52) + 0x3ff0000000000000u);
  uint64_t i = dg_bits_f64(s) - 0x3fe6a09e667f3bcdu + 0x3ff0000000000000u;
  *e = dg_from_bits_f64((i >> 52) - tiny + 0x4338000000000000u) - (0x1.8p52 + 1023);
  return dg_from_bits_f64((i & 0xfffffffffffffu) + 0x3fe6a09e667f3bcdu) - 1;
}

DG_VM double dg_log_edges_f64(double y, double base)
{
  double pole = base == 0 ? -dg_inf_f64() : dg_nan_f64();
  y = base < dg_inf_f64() ? y : base;
  return base > 0 ? y : pole;
}

DG_VM double dg_log_join_f64(double f, double e)
{
  double y = dg_log_tail_f64(f) + e * 1.90821492927058770002e-10;
  y = y - 0.5 * f * f + f;
  return y + e * 6.93147180369123816490e-01;
}

/* 1 ulp */
DG_VM double dg_log_f64(double x)
{
  double e, f = dg_log_split_f64(x, &e);
  return dg_log_edges_f64(dg_log_join_f64(f, e), x);
}

DG_VM double dg_log1p_core_f64(double x)
{
  uint64_t i = (dg_bits_f64(1 + x) - 0x3fe6a09e667f3bcdu + 0x3ff0000000000000u) >> 52;
  uint64_t k = (i << 52) - 0x3ff0000000000000u;
  double s4 = dg_from_bits_f64(0x4010000000000000u - k);
  double f = dg_from_bits_f64(dg_bits_f64(x) - k) + (0.25 * s4 - 1);
  return dg_log_join_f64(f, dg_from_bits_f64(i | 0x4330000000000000u) - (0x1p52 + 1023));
}

/* 2 ulp */
DG_VM double dg_log1p_f64(double x)
{
  double y = dg_log_edges_f64(dg_log1p_core_f64(x), 1 + x);
  return dg_abs_f64(x) < 0x1p-54 ? x : y;
}

/* hi of 21 bits, so that its product with a constant of 32 bits is exact (e_log2.c of FreeBSD). */
DG_VM double dg_log_hilo_f64(double f, double *lo)
{
  double h = 0.5 * f * f;
  double hi = dg_from_bits_f64(dg_bits_f64(f - h) & 0xffffffff00000000u);
  *lo = (f - hi) - h + dg_log_tail_f64(f);
  return hi;
}

/* 1 ulp, exact for powers of 2. */
DG_VM double dg_log2_f64(double x)
{
  double e, lo, hi = dg_log_hilo_f64(dg_log_split_f64(x, &e), &lo);
  double y = (lo + hi) * 1.67517131648865118353e-10 + lo * 1.44269504072144627571e+00;
  double v = hi * 1.44269504072144627571e+00, w = e + v;
  return dg_log_edges_f64(y + ((e - w) + v) + w, x);
}

/* 1 ulp */
DG_VM double dg_log10_f64(double x)
{
  double e, lo, hi = dg_log_hilo_f64(dg_log_split_f64(x, &e), &lo);
  double y = e * 3.69423907715893078616e-13 + (lo + hi) * 2.50829467116452752298e-11;
  y = y + lo * 4.34294481878168880939e-01;
  double u = e * 3.01029995663611771306e-01, v = hi * 4.34294481878168880939e-01, w = u + v;
  return dg_log_edges_f64(y + ((u - w) + v) + w, x);
}

/* 2 ulp */
DG_VM double dg_softplus_f64(double x)
{
  double a = dg_abs_f64(x);
  double e = dg_exp_wide_f64(a > 746 ? -746 : -a);
  return (x < 0 ? 0 : x) + dg_log1p_core_f64(e);
}

/* ---- erf ---- */

/* 2 ulp. As in float: P to 2^-56.1 below 1, Q to 2^-56.8 on [1, 6], where erfc is 2e-17. */
DG_VM double dg_erf_f64(double x)
{
  double a = dg_abs_f64(x), z = a * a, p = -0x1.aadfed8c5cab7p-31;
  p = p * z + 0x1.d6d1129df1c7dp-27;
  p = p * z - 0x1.5bfb9f8386962p-23;
  p = p * z + 0x1.b97dc7cd14904p-20;
  p = p * z - 0x1.f4ca130bd4b37p-17;
  p = p * z + 0x1.f9a2b66c1a280p-14;
  p = p * z - 0x1.c02db00a4932ep-11;
  p = p * z + 0x1.565bccf79918cp-8;
  p = p * z - 0x1.b82ce311eba5fp-6;
  p = p * z + 0x1.ce2f21a04082ep-4;
  p = p * z - 0x1.812746b0379b1p-2;
  p = p * z + 0x1.06eba8214db68p-3;
  double t = (a > 6 ? 6 : a) - 1, q = -0x1.5510a3cca9dc6p-38;
  q = q * t + 0x1.0590c4a37ae5cp-33;
  q = q * t - 0x1.69a45094fe9a7p-30;
  q = q * t + 0x1.24152a89e77dep-27;
  q = q * t - 0x1.1e519fe3ebda7p-25;
  q = q * t + 0x1.f13b9571c9441p-25;
  q = q * t + 0x1.b82f48bd17350p-23;
  q = q * t - 0x1.1e2847d246157p-19;
  q = q * t + 0x1.4483ed59c3b6bp-17;
  q = q * t - 0x1.c851d1f338f03p-16;
  q = q * t + 0x1.b92cf0f3ae639p-16;
  q = q * t + 0x1.f1b05ca7639a1p-13;
  q = q * t - 0x1.033f5a846b154p-9;
  q = q * t + 0x1.48c9d386ba1d6p-7;
  q = q * t - 0x1.5477f099f84c8p-5;
  q = q * t - 0x1.afabc11a2aaa3p-1;
  q = q * t - 0x1.51c9b0006c226p1;
  q = q * t - 0x1.d97fbf27aa2a1p0;
  return dg_signed_f64(a < 1 ? a + a * p : 1 - dg_exp_core_f64(q), x);
}

/* ---- sin and cos ---- */

/* a = n pi/2 + r + *tail for 0 <= a <= 2^30; *q is n in its low bits. pi/2 comes in four parts of
 * 23 bits, whose products with n are exact, and a fifth: 144 bits, so r keeps its digits beside
 * the zeros of sin and cos. The errors of the subtractions that round are collected in e. */
DG_VM double dg_pio2_reduce_f64(double a, double *tail, uint64_t *q)
{
  double t = a * 0x1.45f306dc9c883p-1 + 0x1.8p52;
  double n = t - 0x1.8p52;
  double b = (a - n * 0x1.921fb4p0) - n * 0x1.4442dp-24;
  double w = n * 0x1.84698p-48;
  double c = b - w;
  double e = (b - c) - w;
  w = n * 0x1.3198ap-69;
  double d = c - w;
  e = e + ((c - d) - w) - n * 0x1.701b839a25205p-92;
  double r = d + e;
  *tail = (d - r) + e;
  *q = dg_bits_f64(t);
  return r;
}

/* Of r + tail, |r| <= pi/4: fdlibm's k_sin.c and k_cos.c. */
DG_VM void dg_sincos_poly_f64(double r, double tail, double *sine, double *cosine)
{
  double z = r * r, v = z * r, s = 1.58969099521155010221e-10, c = -1.13596475577881948265e-11;
  s = s * z - 2.50507602534068634195e-08;
  s = s * z + 2.75573137070700676789e-06;
  s = s * z - 1.98412698298579493134e-04;
  s = s * z + 8.33333333332248946124e-03;
  *sine = r - ((z * (0.5 * tail - v * s) - tail) + v * 1.66666666666666324348e-01);
  c = c * z + 2.08757232129817482790e-09;
  c = c * z - 2.75573143513906633035e-07;
  c = c * z + 2.48015872894767294178e-05;
  c = c * z - 1.38888888888741095749e-03;
  c = c * z + 4.16666666666666019037e-02;
  double h = 0.5 * z, w = 1 - h;
  *cosine = w + (((1 - w) - h) + (z * z * c - r * tail));
}

DG_VM double dg_sincos_f64(double x, uint64_t quarter)
{
  double a = dg_abs_f64(x), tail, s, c;
  uint64_t q;
  double r = dg_pio2_reduce_f64(a, &tail, &q);
  dg_sincos_poly_f64(r, tail, &s, &c);
  q += quarter;
  uint64_t odd = 0 - (q & 1);
  uint64_t y = (dg_bits_f64(c) & odd) | (dg_bits_f64(s) & ~odd);
  y ^= (q & 2) << 62;
  return a <= DG_TRIG_MAX_F64 ? dg_from_bits_f64(y) : dg_nan_f64();
}

/* 1 ulp for |x| <= DG_TRIG_MAX_F64 */
DG_VM double dg_sin_f64(double x)
{
  uint64_t y = dg_bits_f64(dg_sincos_f64(x, 0)) ^ (dg_bits_f64(x) & (1ull << 63));
  return dg_from_bits_f64(y);
}

DG_VM double dg_cos_f64(double x) { return dg_sincos_f64(x, 1); }

/* By the high half alone, so the limit itself does not fit. */
DG_VM int dg_trig_fits_f64(const double *x, int64_t n)
{
  uint32_t bad = 0, first = (uint32_t)(dg_bits_f64(DG_TRIG_MAX_F64) >> 32);
  for (int64_t i = 0; i < n; i++)
    bad |= ((uint32_t)(dg_bits_f64(x[i]) >> 32) & 0x7fffffffu) - first < 0x7ff00000u - first;
  return !bad;
}

#endif
