/* pool.h -- the one thread pool of the library. */
#ifndef DG_DEVICE_CPU_POOL_H
#define DG_DEVICE_CPU_POOL_H

#include "base/base.h"

enum { DG_MAX_THREADS = 256 };

typedef void dg_parallel_fn(void *ctx, int64_t from, int64_t to);

/* dg_parallel, in `share` ranges for each thread. */
void dg_parallel_pieces(int64_t n, int64_t grain, int share, dg_parallel_fn *body, void *ctx);

/*
 * Calls `body` for ranges that together are [0, n): at most dg_pool_threads() of them, none
 * shorter than `grain` unless n is. The ranges depend on these three numbers only, never on which
 * threads were free, so results that depend on the ranges repeat bit for bit. The first range runs
 * in the calling thread. A call from inside a body, or while another thread uses the pool, runs
 * all ranges in the calling thread.
 */
DG_INLINE void dg_parallel(int64_t n, int64_t grain, dg_parallel_fn *body, void *ctx)
{
  if (n >= 2 * grain) dg_parallel_pieces(n, grain, 1, body, ctx);
  else if (n > 0) body(ctx, 0, n);
}

/*
 * The same with several ranges for each thread, which take them as they get there: a thread that
 * comes late, or has to leave its processor to others, holds up the rest for less time.
 */
DG_INLINE void dg_parallel_many(int64_t n, int64_t grain, dg_parallel_fn *body, void *ctx)
{
  dg_parallel_pieces(n, grain, 8, body, ctx);
}

/* Clamped to 1..DG_MAX_THREADS. Until it is set: DGRAPH_NUM_THREADS, or 1. */
void dg_pool_set_threads(int n);
int dg_pool_threads(void);

/* Ends and joins the workers; the next dg_parallel starts new ones. Not for use inside a body. */
void dg_pool_stop(void);

#endif
