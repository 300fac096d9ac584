/* steps.h -- sequences that are packed step by step: the rows of the first step, then those of the
 * second ... Sequences are sorted by length, the longest first, so that step t is for the first
 * sizes[t] of them. */
#ifndef DG_DEVICE_STEPS_H
#define DG_DEVICE_STEPS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct dg_packing {
  int64_t count;
  const int64_t *sizes; /* on the host; none is larger than the one before it */
  bool reverse;         /* the last step comes first */
} dg_packing;

typedef struct dg_step {
  int64_t t, from, rows; /* which, where its rows begin, how many */
} dg_step;

/* What comes before the first of `rows` rows, in the order of `s` or, with `back`, the other one. */
static inline dg_step dg_before_steps(const dg_packing *s, int64_t rows, bool back)
{
  return back != s->reverse ? (dg_step){ s->count, rows, 0 } : (dg_step){ -1, 0, 0 };
}

/* Goes on by one; false behind the last. */
static inline bool dg_next_step(const dg_packing *s, bool back, dg_step *at)
{
  bool down = back != s->reverse;
  at->t += down ? -1 : 1;
  if (at->t < 0 || at->t >= s->count) return false;
  if (!down) at->from += at->rows; /* behind the step before */
  at->rows = s->sizes[at->t];
  if (down) at->from -= at->rows;
  return true;
}

#endif
