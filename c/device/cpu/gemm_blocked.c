/* gemm_blocked.c -- matrix products by our own packed loops. */
#include "base/memory.h"
#include "device/cpu/gemm.h"
#include "device/cpu/kernels.h"
#include "device/cpu/pool.h"

/*
 * A block of C is BLOCK_M x BLOCK_N, so that there are some for each thread; what it is made of, MOST_K
 * of them, fits a share of the second-level cache. Copies are made of parts of B of MOST_K x MOST_N,
 * and of A of MOST_M rows, which a third-level cache holds, PACKED lines at a time; PACKED_LEAST
 * elements are worth a thread. SPARE elements on the stack serve strips. WALKED_ROWS: rows of A that
 * are walked over for each strip of B, and stay near.
 */
enum {
  BLOCK_M = 120,
  BLOCK_N = 128,
  MOST_K = 256,
  MOST_N = 512,
  MOST_M = 1024,
  PACKED = 64,
  PACKED_LEAST = 32 * 1024,
  SPARE = 4096,
  WALKED_ROWS = 1024,
};

static int64_t round_up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

/* The size of equal parts of up to `most`, in units but for the last. */
static int64_t evenly(int64_t n, int64_t most, int64_t unit)
{
  return round_up((n - 1) / ((n - 1) / most + 1) + 1, unit);
}

/* Lines that are copied at a time, and how often that is. */
static int64_t packed_of(int width) { return PACKED / width * width; }
static int64_t packs_of(int64_t n, int width) { return (n - 1) / packed_of(width) + 1; }

#define PART "device/cpu/gemm_blocked.inc"
#include "device/cpu/reals.h"
