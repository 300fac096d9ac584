/* device.c -- what the library computes with: threads, vector instructions, matrix products. */
#include "device/device.h"

#include "device/cpu/blas.h"
#include "device/cpu/isa.h"
#include "device/cpu/pool.h"

/* Sets how many threads big operations may use, this one included; they start at the first that
 * wants them. Until it is set: DGRAPH_NUM_THREADS, or 1. */
DG_API int dg_set_num_threads(int threads)
{
  if (threads < 1 || threads > DG_MAX_THREADS)
    return dg_fail(DG_EARGUMENT, "set_num_threads: wanted 1 to %d threads, got %d", DG_MAX_THREADS,
                   threads);
  dg_pool_set_threads(threads);
  return 0;
}

/* How many threads big operations may use. */
DG_API int dg_num_threads(void) { return dg_pool_threads(); }

/* The vector instructions in use: "base", "avx2" or "avx512". DGRAPH_ISA chooses lower ones. */
DG_API const char *dg_isa_name(void) { return dg_cpu_isa_name(); }

/* What multiplies large matrices: "openblas SkylakeX", or "built-in (why there is no OpenBLAS)".
 * Opens OpenBLAS if nothing has yet. */
DG_API const char *dg_matmul_name(void) { return dg_blas_name(); }
