/* half.h -- floats of 16 bits, as bits: text for C and for CUDA.
 *
 * float16 has 5 bits of exponent and 10 of fraction, bfloat16 is the upper half of a float32.
 * Narrowing goes to the nearest, of two equally near to the even one; beyond the largest to
 * infinity; every NaN to one. Selections instead of branches, so that loops become vector code. */
#ifndef DG_HALF_H
#define DG_HALF_H

#ifdef __CUDACC__
#define DG_HALF static __device__ __forceinline__
#else
#include <stdint.h>
#define DG_HALF static inline __attribute__((always_inline))
#endif

#define DG_F16_NAN 0x7e00
#define DG_BF16_NAN 0x7fc0

DG_HALF uint32_t dg_float_bits(float x)
{
  union {
    float number;
    uint32_t bits;
  } u;
  u.number = x;
  return u.bits;
}

DG_HALF float dg_float_of(uint32_t bits)
{
  union {
    uint32_t bits;
    float number;
  } u;
  u.bits = bits;
  return u.number;
}

#ifdef __CUDA_ARCH__ /* a card has instructions for these two */
DG_HALF float dg_f16_widen(uint16_t h)
{
  float x;
  asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(h));
  return x;
}

DG_HALF uint16_t dg_f16_narrow(float x)
{
  uint16_t h;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(x));
  return x != x ? DG_F16_NAN : h;
}
#else
DG_HALF float dg_f16_widen(uint16_t h)
{
  const uint32_t sign = (uint32_t)(h & 0x8000) << 16, rest = (uint32_t)(h & 0x7fff) << 13;
  const uint32_t normal = rest + (112u << 23); /* the exponent begins 112 lower */
  /* Below 2^-14 there is no leading 1: put one there, and take it off as a number. */
  const float small = dg_float_of(rest + (113u << 23)) - dg_float_of(113u << 23);
  const uint32_t most = rest >= 0x0f800000 ? normal + (112u << 23) : normal; /* infinity, NaN */
  return dg_float_of(sign | (rest < 0x00800000 ? dg_float_bits(small) : most));
}

DG_HALF uint16_t dg_f16_narrow(float x)
{
  const uint32_t bits = dg_float_bits(x), sign = bits >> 16 & 0x8000, rest = bits & 0x7fffffff;
  /* Beside 0.5, numbers below 2^-14 have the fraction of their float16, rounded. */
  const uint32_t small = dg_float_bits(dg_float_of(rest) + 0.5f) - 0x3f000000;
  const uint32_t normal = (rest - (112u << 23) + 0xfff + (rest >> 13 & 1)) >> 13;
  const uint32_t finite = rest < 0x38800000 ? small : normal;
  const uint32_t number = sign | (rest >= 0x477ff000 ? 0x7c00 : finite);
  return (uint16_t)(rest > 0x7f800000 ? DG_F16_NAN : number);
}

#endif

DG_HALF float dg_bf16_widen(uint16_t h) { return dg_float_of((uint32_t)h << 16); }

DG_HALF uint16_t dg_bf16_narrow(float x)
{
  const uint32_t bits = dg_float_bits(x);
  const uint32_t number = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? DG_BF16_NAN : number);
}

/* A double as a float that narrows to what the double is nearest to: cut off, with the last bit set
 * where something was lost. Rounding twice would be wrong half way between two. */
DG_HALF float dg_sticky(double x)
{
  const float near = (float)x;
  const uint32_t bits = dg_float_bits(near);
  const double lost = x - (double)near;
  if (!(lost < 0 || lost > 0) || bits & 1) return near;
  return dg_float_of((x > 0) == (lost > 0) ? bits + 1 : bits - 1);
}

/* The same for a double beside an int64 that has more digits than it. */
DG_HALF double dg_sticky_whole(int64_t x)
{
  const int64_t high = x & ~(int64_t)0xfff;
  const int few = x < ((int64_t)1 << 53) && x > -((int64_t)1 << 53);
  return (double)(few || high == x ? x : high | 0x800);
}

#endif
