/* rows.c -- softmax and its kin over contiguous rows.
 *
 * Rows are shifted by their maximum before exp. Short ones are taken together, as many as fit
 * BLOCK elements, so that exp runs over full vectors. A row's maximum that is not finite is no
 * shift: logsumexp is then infinite, softmax NaN, and NaN in a row spoils that row alone. */
#include "device/cpu/rows.h"
#include "base/base.h"
#include "device/cpu/isa.h"
#include "device/tgvmath.h"

#include <string.h>

enum { BLOCK = 1024, LANES = 16, GRAIN = 8 << 10 };

#define PART "device/cpu/rows.inc"
#include "device/cpu/reals.h"

void dg_rows_run(dg_rows_kind kind, int dtype, const dg_rows *rows, int64_t count)
{
  dg_parallel_fn *const *f = dtype == 0 ? loops_f32[kind] : loops_f64[kind];
  dg_rows w = *rows;
  dg_parallel_many(count, GRAIN / (w.n + 1) + 1, f[dg_cpu_isa()], &w);
}
