/* gemm_blocked.c -- matrix products by our own packed loops. */
#include "device/cpu/gemm.h"
#include "device/cpu/kernels.h"

#include <stdlib.h>
#include <string.h>

/*
 * A block of A (96 x 256) fits half a second-level cache, one of B (256 x 512) a share of the
 * third. SPARE elements on the stack serve small products and the case that memory is short:
 * one strip of A and one of B, LEAST_K long. WALKED_ROWS: rows of A that are walked over for each
 * strip of B, and stay near.
 */
enum {
  BLOCK_M = 96,
  BLOCK_N = 512,
  BLOCK_K = 256,
  SPARE = 4096,
  LEAST_K = 64,
  WALKED_ROWS = 1024,
};

typedef struct {
  int64_t m, n, k;
} block_sizes;

static int64_t round_up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

/* k is cut evenly: 784 as 4 times 196, not as 3 times 256 and a short rest. */
static block_sizes choose_blocks(int64_t m, int64_t n, int64_t k, int mr, int nr)
{
  int64_t cuts = (k - 1) / BLOCK_K + 1;
  return (block_sizes){
    .m = round_up(m < BLOCK_M ? m : BLOCK_M, mr),
    .n = round_up(n < BLOCK_N ? n : BLOCK_N, nr),
    .k = (k - 1) / cuts + 1,
  };
}

#define PART "device/cpu/gemm_blocked.inc"
#include "device/cpu/reals.h"
