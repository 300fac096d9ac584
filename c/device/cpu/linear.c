/* linear.c -- the linear layer y = x W' + b and its gradients. */
#include "base/base.h"
#include "device/cpu/gemm.h"
#include "device/cpu/kernels.h"
#include "device/cpu/pool.h"

#include <string.h>

/*
 * A batch of one is bound by the walk over W, so gx and gW are computed in one walk; SOME_IN
 * columns of it at a time keep gx in the cache. SPLIT: weights that are worth a thread, or numbers
 * to be summed; SUM_UNIT: sums that belong together.
 */
enum { SOME_IN = 4096, SPLIT = 64 * 1024, SUM_UNIT = 32 };

#define PART "device/cpu/linear.inc"
#include "device/cpu/reals.h"
