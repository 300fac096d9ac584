/* linear.c -- the linear layer y = x W' + b and its gradients. */
#include "device/cpu/gemm.h"
#include "device/cpu/kernels.h"
#include "device/cpu/pool.h"

#include <string.h>

/*
 * A batch of one is bound by the walk over W, so gx and gW are computed in one walk, up to
 * FUSED_SIZE weights; larger ones gain more from threads. gx stays in the cache up to FUSED_IN.
 * SPLIT: weights that are worth a thread.
 */
enum { FUSED_IN = 8192, FUSED_SIZE = 1 << 20, SPLIT = 64 * 1024 };

#define REAL float
#define NAME(x) x##_f32
#include "device/cpu/linear.inc"

#undef REAL
#undef NAME
#define REAL double
#define NAME(x) x##_f64
#include "device/cpu/linear.inc"
