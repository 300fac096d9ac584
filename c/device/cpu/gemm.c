/* gemm.c -- matrix products: which shape goes to which code, and to how many threads. */
#include "device/cpu/gemm.h"
#include "device/cpu/blas.h"
#include "device/cpu/isa.h"
#include "device/cpu/kernels.h"
#include "device/cpu/pool.h"

#include <string.h>

/*
 * Measured with spec/bench/gemm_bench.c; m n k unless it says otherwise. Up to OURS_MAX our
 * kernels are at least as fast as OpenBLAS if their vectors are well filled, up to OURS_ALWAYS and
 * for FEW_ROWS in any case. UNPACKED_MAX: up to there our packed loops do not pay. DOTS_MAX: n k of
 * a matrix that 8 rows may walk one after the other. PIECE_WORK: the least part worth a thread;
 * SPLIT_MAT_VEC: the same for matrix-vector products, in elements of the matrix. UNIT: splits fall
 * on its multiples, those of OpenBLAS on rows that are multiples of BLAS_UNIT: at others, and at
 * columns, its kernels round in another order (spec/device/threads_spec.lua). CHUNK: elements gathered
 * at a time where a vector has a stride.
 *
 * Of larger products, with AVX2: LONG_K, TURNED_K: up to there the rows of a tile of A stay in the
 * first cache; WALKED_MAX, TURNED_MAX: elements of B, or of an A that lies turned, which is walked
 * over again and again. From MANY_ROWS on it pays to copy B; PACKED_MAX: elements of it up to which
 * our copies are better than those of OpenBLAS.
 */
enum {
  OURS_ALWAYS = 8 * 1024,
  OURS_MAX = 2 * 1024 * 1024,
  FEW_ROWS = 16,
  UNPACKED_MAX = 16 * 1024 * 1024,
  DOTS_MAX = 16 * 1024,
  PIECE_WORK = 1024 * 1024,
  SPLIT_MAT_VEC = 64 * 1024,
  UNIT = 32,
  BLAS_UNIT = 24,
  CHUNK = 512,
  LONG_K = 1024,
  TURNED_K = 128,
  TURNED_MAX = 64 * 1024,
  WALKED_MAX = 512 * 1024,
  PACKED_MAX = 512 * 1024,
  MANY_ROWS = 192,
};

/* How a product is computed: a dot product for each element; a tile at a time, straight from A and
 * B; the same with strips of B copied side by side; OpenBLAS; with copies of both. */
typedef enum { OTHERS, DOTS, DIRECT, STRIPS, BLAS, BLOCKED } gemm_way;

static int fits_blas(int64_t a, int64_t b, int64_t c)
{
  return a <= INT32_MAX && b <= INT32_MAX && c <= INT32_MAX;
}

#define REAL float
#define NAME(x) x##_f32
#define BLAS_GEMM sgemm
#include "device/cpu/gemm.inc"

#undef REAL
#undef NAME
#undef BLAS_GEMM
#define REAL double
#define NAME(x) x##_f64
#define BLAS_GEMM dgemm
#include "device/cpu/gemm.inc"
