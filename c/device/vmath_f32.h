/* vmath_f32.h -- the functions of vmath.h in float. */
#ifndef DG_VMATH_F32_H
#define DG_VMATH_F32_H

#include "device/vmath.h"

/* ---- exp and its family ---- */

/* x = n ln2 + r, |r| <= ln2 / 2; returns exp(r) - 1 and in *n the integer in the low bits.
 * n ln2_hi is exact, as ln2_hi has 15 bits. Remez, relative to exp(r) - 1: 2^-26.1. */
DG_VM float dg_exp_reduce_f32(float x, uint32_t *n)
{
  float t = x * 0x1.715476p0f + 0x1.8p23f;
  float k = t - 0x1.8p23f;
  float r = (x - k * 0x1.62e4p-1f) - k * 0x1.7f7d1cp-20f;
  float q = 0x1.6b6514p-10f;
  q = q * r + 0x1.1228c2p-7f;
  q = q * r + 0x1.555722p-5f;
  q = q * r + 0x1.5554aep-3f;
  q = q * r + 0x1.fffffep-2f;
  *n = dg_bits_f32(t);
  return r + r * r * q;
}

/* exp(x) for -87 < x < 88, where 2^n is a normal number. */
DG_VM float dg_exp_core_f32(float x)
{
  uint32_t n;
  float p = dg_exp_reduce_f32(x, &n);
  float s = dg_from_bits_f32((n << 23) + 0x3f800000u);
  return s + s * p;
}

/* exp(x) for -104 <= x <= 89. 2^n is applied in two halves, so that the result may overflow, or
 * underflow with a single rounding. */
DG_VM float dg_exp_wide_f32(float x)
{
  uint32_t n;
  float p = dg_exp_reduce_f32(x, &n);
  uint32_t half = (n >> 1) << 23;
  float s = dg_from_bits_f32(half + 0x3f800000u);
  return (s + s * p) * dg_from_bits_f32((n << 23) - half + 0x3f800000u);
}

/* 1.05 ulp. Both selections let NaN through: their compares fail. They come last, since gcc makes more
 * code, not less, of an argument clamped to a constant. */
DG_VM float dg_exp_f32(float x)
{
  float y = dg_exp_wide_f32(x);
  y = x > 89 ? dg_inf_f32() : y;
  return x < -104 ? 0 : y;
}

/* 2 ulp. 2^n (exp(r) - 1) + (2^n - 1), by halves, as 2^128 is no float. */
DG_VM float dg_expm1_f32(float x)
{
  uint32_t n;
  float p = dg_exp_reduce_f32(x, &n);
  float s = dg_from_bits_f32((n << 23) + 0x3f000000u);
  float y = 2 * (s * p + (s - 0.5f));
  y = x > 89 ? dg_inf_f32() : y;
  y = x < -18 ? -1 : y;
  return dg_abs_f32(x) < 0x1p-25f ? x : y;
}

/* 2 ulp. Near 0 an odd polynomial (Remez, 2^-27.7), else 1 - 2 / (exp(2|x|) + 1). */
DG_VM float dg_tanh_f32(float x)
{
  float a = dg_abs_f32(x), z = a * a, p = -0x1.7567ecp-8f;
  p = p * z + 0x1.52095ep-6f;
  p = p * z - 0x1.b83780p-5f;
  p = p * z + 0x1.1106fep-3f;
  p = p * z - 0x1.555532p-2f;
  float near0 = a + a * z * p;
  float c = a > 10 ? 10 : a;
  float far = 1 - 2 / (dg_exp_core_f32(2 * c) + 1);
  return dg_signed_f32(a < 0.625f ? near0 : far, x);
}

/* 2 ulp. exp(-|x|) never overflows, so the left tail is exp(x) down to the smallest float. What
 * rounding took from 1 + e, exactly e - (d - 1), is given back: 0.3 ulp. */
DG_VM float dg_sigmoid_f32(float x)
{
  float a = dg_abs_f32(x);
  float e = dg_exp_wide_f32(a > 104 ? -104 : -a);
  float d = 1 + e, y = (x < 0 ? e : 1) / d;
  return y - y * (e - (d - 1));
}

/* ---- the logarithms ---- */

/* (log(1 + f) - f + f^2 / 2) for sqrt(1/2) <= 1 + f < sqrt(2). Remez, relative to log: 2^-27.2. */
DG_VM float dg_log_tail_f32(float f)
{
  float p = -0x1.3518bep-4f;
  p = p * f + 0x1.04988ep-3f;
  p = p * f - 0x1.0dd202p-3f;
  p = p * f + 0x1.22f6dcp-3f;
  p = p * f - 0x1.546d98p-3f;
  p = p * f + 0x1.999f06p-3f;
  p = p * f - 0x1.000236p-2f;
  p = p * f + 0x1.555554p-2f;
  return f * f * f * p;
}

/* x = 2^e (1 + f) for finite x > 0, subnormal ones too; anything for the others. 0x3f3504f3 is
 * sqrt(1/2); the biased exponent becomes a float as the low bits of 2^23. */
DG_VM float dg_log_split_f32(float x, float *e)
{
  uint32_t tiny = x < 0x1p-126f ? 23 : 0;
  float s = x * dg_from_bits_f32((tiny << 23) + 0x3f800000u);
  uint32_t i = dg_bits_f32(s) - 0x3f3504f3u + 0x3f800000u;
  *e = dg_from_bits_f32((i >> 23) - tiny + 0x4b400000u) - (0x1.8p23f + 127);
  return dg_from_bits_f32((i & 0x7fffffu) + 0x3f3504f3u) - 1;
}

/* y, but for the arguments where a logarithm of base is not finite: base is x, or 1 + x. */
DG_VM float dg_log_edges_f32(float y, float base)
{
  float pole = base == 0 ? -dg_inf_f32() : dg_nan_f32();
  y = base < dg_inf_f32() ? y : base;
  return base > 0 ? y : pole;
}

/* e ln2 + log(1 + f); e ln2_hi is exact. */
DG_VM float dg_log_join_f32(float f, float e)
{
  float y = dg_log_tail_f32(f) + e * 0x1.7f7d1cp-20f;
  y = y - 0.5f * f * f + f;
  return y + e * 0x1.62e4p-1f;
}

/* 1 ulp */
DG_VM float dg_log_f32(float x)
{
  float e, f = dg_log_split_f32(x, &e);
  return dg_log_edges_f32(dg_log_join_f32(f, e), x);
}

/* log(1 + x) for finite x > -1. 1 + x only chooses k; f = 2^-k x + (2^-k - 1) has x's own bits
 * (N. Juffa's reduction). 2^-k is made as 4 2^-k / 4, since 2^-128 is subnormal. */
DG_VM float dg_log1p_core_f32(float x)
{
  uint32_t i = (dg_bits_f32(1 + x) - 0x3f3504f3u + 0x3f800000u) >> 23;
  uint32_t k = (i << 23) - 0x3f800000u;
  float s4 = dg_from_bits_f32(0x40800000u - k);
  float f = dg_from_bits_f32(dg_bits_f32(x) - k) + (0.25f * s4 - 1);
  return dg_log_join_f32(f, dg_from_bits_f32(i | 0x4b000000u) - (0x1p23f + 127));
}

/* 2 ulp. The test on x itself keeps -0, and log(1 + x) = x exactly there. */
DG_VM float dg_log1p_f32(float x)
{
  float y = dg_log_edges_f32(dg_log1p_core_f32(x), 1 + x);
  return dg_abs_f32(x) < 0x1p-25f ? x : y;
}

/* log(1 + f) = hi + *lo, hi of 12 bits, so that hi times a constant of 12 bits is exact: the
 * scheme of FreeBSD's e_log2f.c, whose split constants the two functions below use. */
DG_VM float dg_log_hilo_f32(float f, float *lo)
{
  float h = 0.5f * f * f;
  float hi = dg_from_bits_f32(dg_bits_f32(f - h) & 0xfffff000u);
  *lo = (f - hi) - h + dg_log_tail_f32(f);
  return hi;
}

/* 1.5 ulp, exact for powers of 2 */
DG_VM float dg_log2_f32(float x)
{
  float e, lo, hi = dg_log_hilo_f32(dg_log_split_f32(x, &e), &lo);
  float y = (lo + hi) * -1.7605285393e-04f + lo * 1.4428710938e+00f;
  return dg_log_edges_f32(y + hi * 1.4428710938e+00f + e, x);
}

/* 1.5 ulp */
DG_VM float dg_log10_f32(float x)
{
  float e, lo, hi = dg_log_hilo_f32(dg_log_split_f32(x, &e), &lo);
  float y = e * 7.9034151668e-07f + (lo + hi) * -3.1689971365e-05f + lo * 4.3432617188e-01f;
  return dg_log_edges_f32(y + hi * 4.3432617188e-01f + e * 3.0102920532e-01f, x);
}

/* 2 ulp. log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)). */
DG_VM float dg_softplus_f32(float x)
{
  float a = dg_abs_f32(x);
  float e = dg_exp_wide_f32(a > 104 ? -104 : -a);
  return (x < 0 ? 0 : x) + dg_log1p_core_f32(e);
}

/* ---- erf ---- */

/* 2 ulp. |x| < 1: x + x P(x^2), Remez 2^-29.3. Above: 1 - exp(Q(|x| - 1)) with Q = log erfc, fitted
 * on [1, 4] with weight erfc, 2^-26.9; from 4 on erf rounds to 1. */
DG_VM float dg_erf_f32(float x)
{
  float a = dg_abs_f32(x), z = a * a, p = 0x1.48edeep-14f;
  p = p * z - 0x1.a3c95cp-11f;
  p = p * z + 0x1.53ff92p-8f;
  p = p * z - 0x1.b7f858p-6f;
  p = p * z + 0x1.ce2cf0p-4f;
  p = p * z - 0x1.81273ep-2f;
  p = p * z + 0x1.06eba8p-3f;
  float t = (a > 4 ? 4 : a) - 1, q = 0x1.7290eap-13f;
  q = q * t - 0x1.d4eda0p-10f;
  q = q * t + 0x1.423d3cp-7f;
  q = q * t - 0x1.53a786p-5f;
  q = q * t - 0x1.afaec8p-1f;
  q = q * t - 0x1.51c99ep1f;
  q = q * t - 0x1.d97fc0p0f;
  return dg_signed_f32(a < 1 ? a + a * p : 1 - dg_exp_core_f32(q), x);
}

/* ---- sin and cos ---- */

/* For |r| <= pi/4; the polynomials of Cephes' sinf.c. */
DG_VM void dg_sincos_poly_f32(float r, float *sine, float *cosine)
{
  float z = r * r, s = -1.9515295891e-4f, c = 2.443315711809948e-5f;
  s = s * z + 8.3321608736e-3f;
  s = s * z - 1.6666654611e-1f;
  c = c * z - 1.388731625493765e-3f;
  c = c * z + 4.166664568298827e-2f;
  *sine = r + r * z * s;
  *cosine = 1 - (0.5f * z - z * z * c);
}

/* sin (quarter = 0) or cos (quarter = 1). |x| = n pi/2 + r in double, as in FreeBSD's
 * e_rem_pio2f.c: the first part of pi/2 has 25 bits, so n times it is exact. */
DG_VM float dg_sincos_f32(float x, uint32_t quarter)
{
  float a = dg_abs_f32(x), s, c;
  double t = a * 0x1.45f306dc9c883p-1 + 0x1.8p52;
  double n = t - 0x1.8p52;
  double r = (a - n * 1.57079631090164184570e+00) - n * 1.58932547735281966916e-08;
  dg_sincos_poly_f32((float)r, &s, &c);
  uint32_t q = (uint32_t)dg_bits_f64(t) + quarter, odd = 0 - (q & 1);
  uint32_t y = (dg_bits_f32(c) & odd) | (dg_bits_f32(s) & ~odd);
  y ^= (q & 2) << 30;
  return a <= DG_TRIG_MAX_F32 ? dg_from_bits_f32(y) : dg_nan_f32();
}

/* 1.6 ulp for |x| <= DG_TRIG_MAX_F32 */
DG_VM float dg_sin_f32(float x)
{
  uint32_t y = dg_bits_f32(dg_sincos_f32(x, 0)) ^ (dg_bits_f32(x) & 0x80000000u);
  return dg_from_bits_f32(y);
}

DG_VM float dg_cos_f32(float x) { return dg_sincos_f32(x, 1); }

/* 1 if dg_sin and dg_cos are right for all n numbers, NaN and infinities included. The bit patterns
 * of magnitudes are ordered like the numbers, and one unsigned compare tests both ends. */
DG_VM int dg_trig_fits_f32(const float *x, int64_t n)
{
  uint32_t bad = 0, first = dg_bits_f32(DG_TRIG_MAX_F32) + 1;
  for (int64_t i = 0; i < n; i++)
    bad |= (dg_bits_f32(x[i]) & 0x7fffffffu) - first < 0x7f800000u - first;
  return !bad;
}

#endif
