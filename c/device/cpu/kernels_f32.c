/* kernels_f32.c -- the matrix kernels for float, compiled once for each instruction set. */
#include "device/cpu/kernels.h"
#include "device/cpu/isa.h"

#include <string.h>

#define REAL_BITS 32

/*
 * gemv_n walks rows longer than LONG_ROW whole, Y_CHUNK columns of them at a time; gemv_t takes
 * those from LONG_DOT on by fours; outer walks W by columns up to NARROW of them, NARROW_SIZE
 * elements in all; rank1 adds to up to NEAR elements ROW_VECTORS columns of vectors at a time. Tiles
 * from FAR_K on take long enough to fetch what they add to; NARROW_COLUMNS are copied at a time.
 */
enum {
  LONG_ROW = 512,
  Y_CHUNK = 4096,
  LONG_DOT = 512,
  NARROW = 128,
  NARROW_SIZE = 8192,
  ROW_VECTORS = 8,
  NEAR = 16384,
  FAR_K = 64,
  NARROW_COLUMNS = 64
};

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

const dg_kernels_f32 *dg_get_kernels_f32(void)
{
#if DG_HAS_X86
  static const dg_kernels_f32 *const sets[DG_ISA_COUNT] = {
    &kernels_base,
    &kernels_avx2,
    &kernels_avx512,
  };
  return sets[dg_cpu_isa()];
#else
  return &kernels_base;
#endif
}
