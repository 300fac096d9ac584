/* kernels_f64.c -- the matrix kernels for double, compiled once for each instruction set. */
#include "device/cpu/kernels.h"
#include "device/cpu/isa.h"

#include <string.h>

#define REAL_BITS 64

#define SIMD 0
#include "device/cpu/kernels.inc"

#if DG_HAS_X86
#include <immintrin.h>

static const int32_t lane_bits[16] = { -1, -1, -1, -1, -1, -1, -1, -1 };

#undef SIMD
#define SIMD 1
#include "device/cpu/kernels.inc"

#undef SIMD
#define SIMD 2
#include "device/cpu/kernels.inc"
#endif

const dg_kernels_f64 *dg_get_kernels_f64(void)
{
#if DG_HAS_X86
  static const dg_kernels_f64 *const sets[DG_ISA_COUNT] = {
    &kernels_base,
    &kernels_avx2,
    &kernels_avx512,
  };
  return sets[dg_cpu_isa()];
#else
  return &kernels_base;
#endif
}
