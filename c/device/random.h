/* random.h -- random numbers as functions of (seed, counter): the formulas, for CPU and CUDA. */
#ifndef DG_DEVICE_RANDOM_H
#define DG_DEVICE_RANDOM_H

/* A block is four words of 32 bits, chosen by seed, stream and counter. An element is a function
 * of the words of one block, so neither threads nor vector width nor device change it, as long as
 * nothing here is contracted to FMA (CUDA: --fmad=false). */
#ifndef __CUDACC_RTC__
#include <math.h>
#endif
#include "device/vmath.h"

/* Philox4x32-10: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011. The counter's high words are `stream`. */
DG_VM void dg_philox_block(uint64_t seed, uint64_t stream, uint64_t counter, uint32_t out[4])
{
  uint32_t a = (uint32_t)counter, b = (uint32_t)(counter >> 32);
  uint32_t c = (uint32_t)stream, d = (uint32_t)(stream >> 32);
  uint32_t k = (uint32_t)seed, l = (uint32_t)(seed >> 32);
#define DG_PHILOX_ROUND                                                                            \
  {                                                                                                \
    uint64_t u = (uint64_t)a * 0xd2511f53u, v = (uint64_t)c * 0xcd9e8d57u;                         \
    a = (uint32_t)(v >> 32) ^ b ^ k;                                                               \
    c = (uint32_t)(u >> 32) ^ d ^ l;                                                               \
    b = (uint32_t)v;                                                                               \
    d = (uint32_t)u;                                                                               \
    k += 0x9e3779b9u;                                                                              \
    l += 0xbb67ae85u;                                                                              \
  }
  /* Written out: a loop in here would be the one that compilers try to vectorize. */
  DG_PHILOX_ROUND DG_PHILOX_ROUND DG_PHILOX_ROUND DG_PHILOX_ROUND DG_PHILOX_ROUND DG_PHILOX_ROUND
      DG_PHILOX_ROUND DG_PHILOX_ROUND DG_PHILOX_ROUND DG_PHILOX_ROUND
#undef DG_PHILOX_ROUND
          out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

DG_VM uint64_t dg_word64(uint32_t low, uint32_t high) { return (uint64_t)high << 32 | low; }

/* [0, 1) in steps of 2^-24 */
DG_VM float dg_unit_f32(uint32_t w) { return (float)(int32_t)(w >> 8) * 0x1p-24f; }

/* [0, 1) in steps of 2^-53: 52 bits become a mantissa, the last one is added. AVX2 has no
 * conversion from 64-bit integers. */
DG_VM double dg_unit_f64(uint64_t w)
{
  double last = dg_from_bits_f64((0 - (w >> 11 & 1)) & 0x3ca0000000000000u);
  return dg_from_bits_f64(w >> 12 | 0x3ff0000000000000u) - 1 + last;
}

/* low + u (high - low) may round up to high, which is excluded; last is its neighbour below. */
DG_VM float dg_between_f32(float u, float low, float width, float last)
{
  float y = low + u * width;
  return y > last ? last : y;
}

DG_VM double dg_between_f64(double u, double low, double width, double last)
{
  double y = low + u * width;
  return y > last ? last : y;
}

/* Two independent standard normals: G. Box, M. Muller, "A note on the generation of random normal
 * deviates", 1958. The radius has 32 bits, so |z| < 6.7. The angle lies in a quarter turn around 0,
 * one bit exchanges the two coordinates and one turns the long one round: the whole circle,
 * without range reduction. The polynomials are those of Cephes' sinf.c. */
DG_VM void dg_normal_f32(uint32_t w0, uint32_t w1, float *z0, float *z1)
{
  float u = (float)(int32_t)(w0 >> 1) * 0x1p-31f + 0x1p-32f;
  float r = sqrtf(-2 * dg_log_f32(u));
  float t = (float)((int32_t)(w1 >> 2) - (1 << 29)) * 0x1.921fb6p-30f;
  float s, c;
  dg_sincos_poly_f32(t, &s, &c);
  uint32_t swap = 0 - (w1 & 1);
  uint32_t a = dg_bits_f32(c) ^ (w1 & 2) << 30, b = dg_bits_f32(s), x = (a ^ b) & swap;
  *z0 = r * dg_from_bits_f32(a ^ x);
  *z1 = r * dg_from_bits_f32(b ^ x);
}

/* The same from one block: 53 bits for the radius, |z| < 8.6. */
DG_VM void dg_normal_f64(uint64_t w0, uint64_t w1, double *z0, double *z1)
{
  double r = sqrt(-2 * dg_log_f64(1 - dg_unit_f64(w0)));
  double t = (dg_unit_f64(w1) - 0.5) * 0x1.921fb54442d18p0;
  double s, c;
  dg_sincos_poly_f64(t, 0, &s, &c);
  uint64_t swap = 0 - (w1 & 1);
  uint64_t a = dg_bits_f64(c) ^ (w1 & 2) << 62, b = dg_bits_f64(s), x = (a ^ b) & swap;
  *z0 = r * dg_from_bits_f64(a ^ x);
  *z1 = r * dg_from_bits_f64(b ^ x);
}

#endif
