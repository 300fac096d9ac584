/* pad.c -- a margin of one value around a tensor. */
#include "op/array.h"

/* x with before[k] elements of `value` in front of axis k and after[k] behind it, for all its axes.
 * Amounts are not negative. */
DG_API dg_tensor *dg_pad(dg_tensor *x, const int64_t *before, const int64_t *after, double value)
{
  dg_body *b = dg_full_body_of(x);
  if (!b) return NULL;
  if (b->v.ndim > 0 && (!before || !after)) {
    dg_fail(DG_EARGUMENT, "pad: the amounts are missing (NULL)");
    return NULL;
  }
  dg_window w = dg_window_whole(&b->v);
  dg_view y = b->v;
  for (int k = 0; k < y.ndim; k++) {
    int64_t added;
    if (before[k] < 0 || after[k] < 0 || __builtin_add_overflow(before[k], after[k], &added) ||
        __builtin_add_overflow(y.shape[k], added, &y.shape[k])) {
      dg_fail(DG_EARGUMENT, "pad: axis %d cannot grow by %lld and %lld", k + 1,
              (long long)before[k], (long long)after[k]);
      return NULL;
    }
  }
  if (dg_view_set(&y, "pad", y.dtype, y.ndim, y.shape) < 0) return NULL; /* before it is counted */
  for (int k = 0; k < y.ndim; k++) w.from = w.from * y.shape[k] + before[k];
  return dg_window_place(x, &w, y.ndim, y.shape, value);
}
