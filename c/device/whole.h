/* whole.h -- arithmetic of integers for formulas, without traps: text for C and for CUDA. */
#ifndef DG_WHOLE_H
#define DG_WHOLE_H

#ifdef __CUDACC__
#define DG_WHOLE static __device__ __forceinline__
#else
#include <stdint.h>
#define DG_WHOLE static inline
#endif

DG_WHOLE int64_t whole_sign(int64_t x) { return (x > 0) - (x < 0); }

/* The quotient and the remainder that round down. b = 0 is refused before; the least integer over -1
 * wraps around. */
DG_WHOLE int64_t whole_div(int64_t a, int64_t b)
{
  if (b == 0 || b == -1) return (int64_t)(0 - (uint64_t)a * (b != 0));
  return a / b - (a % b != 0 && (a ^ b) < 0);
}

DG_WHOLE int64_t whole_mod(int64_t a, int64_t b)
{
  if (b == 0 || b == -1) return 0;
  return a % b + (a % b != 0 && (a ^ b) < 0 ? b : 0);
}

/* The whole part of a number, the nearest integer where it does not fit, 0 for NaN. */
DG_WHOLE int64_t dg_whole_part(double x)
{
  return x != x ? 0 : x >= 0x1p63 ? INT64_MAX : x <= -0x1p63 ? INT64_MIN : (int64_t)x;
}

#endif
