/* vmath.h -- elementary functions in plain C without branches, so that loops over them vectorize. */
#ifndef DG_VMATH_H
#define DG_VMATH_H

/* Every function is scalar, always inlined and made of arithmetic, compares that select, and bit
 * patterns. A loop over one becomes SSE2, AVX2 or AVX-512 code by the target attribute of the
 * function around it; CUDA compiles the same text.
 *
 * NaN gives NaN, infinities and signed zeros are those of C's Annex F, results underflow gradually.
 * Nothing here is undefined for any input, so no float is ever converted to an integer: a number
 * x is rounded by adding 1.5 * 2^23 (2^52), which leaves the integer in the low bits of the sum.
 * That, and the hi/lo sums, forbid -fassociative-math; contraction to FMA is welcome and changes
 * results within the bounds only (gcc -std=c11 needs -ffp-contract=fast to contract at all).
 *
 * Largest errors, in ulp, are those that test/vmath_test.c asserts. "Remez" names coefficients of
 * spec/bench/vmath_remez.py: minimax, then rounded from the lowest degree on, refitting the rest. */

#ifdef __CUDACC__
#define DG_VM static __device__ __forceinline__
#else
#define DG_VM static inline __attribute__((always_inline))
#endif
#ifndef __CUDACC_RTC__
#include <stdint.h>
#endif

/* ---- bits ---- */

DG_VM uint32_t dg_bits_f32(float x)
{
  union {
    float f;
    uint32_t u;
  } v = { x };
  return v.u;
}

DG_VM float dg_from_bits_f32(uint32_t u)
{
  union {
    uint32_t u;
    float f;
  } v = { u };
  return v.f;
}

DG_VM uint64_t dg_bits_f64(double x)
{
  union {
    double f;
    uint64_t u;
  } v = { x };
  return v.u;
}

DG_VM double dg_from_bits_f64(uint64_t u)
{
  union {
    uint64_t u;
    double f;
  } v = { u };
  return v.f;
}

DG_VM float dg_inf_f32(void) { return dg_from_bits_f32(0x7f800000u); }
DG_VM float dg_nan_f32(void) { return dg_from_bits_f32(0x7fc00000u); }
DG_VM double dg_inf_f64(void) { return dg_from_bits_f64(0x7ff0000000000000u); }
DG_VM double dg_nan_f64(void) { return dg_from_bits_f64(0x7ff8000000000000u); }

DG_VM float dg_abs_f32(float x) { return dg_from_bits_f32(dg_bits_f32(x) & 0x7fffffffu); }
DG_VM double dg_abs_f64(double x) { return dg_from_bits_f64(dg_bits_f64(x) & ~(1ull << 63)); }

/* y >= 0 with the sign of x: how odd functions keep -0. */
DG_VM float dg_signed_f32(float y, float x)
{
  return dg_from_bits_f32(dg_bits_f32(y) | (dg_bits_f32(x) & 0x80000000u));
}

DG_VM double dg_signed_f64(double y, double x)
{
  return dg_from_bits_f64(dg_bits_f64(y) | (dg_bits_f64(x) & (1ull << 63)));
}

/* Beyond these magnitudes the vector code gives NaN rather than wrong digits: the caller sees to
 * it with dg_trig_fits_* and takes libm for such a block. */
#define DG_TRIG_MAX_F32 0x1p28f
#define DG_TRIG_MAX_F64 0x1p30

#include "device/vmath_f32.h"
#include "device/vmath_f64.h"

#endif
