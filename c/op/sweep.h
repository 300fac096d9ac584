/* sweep.h -- what convolution and pooling share: windows that step over an array's last axes. */
#ifndef DG_OP_SWEEP_H
#define DG_OP_SWEEP_H

#include "op/op.h"

/* The attributes of such a call. Unsaid: what the shapes tell. */
typedef struct dg_steps {
  int32_t stride[DG_SWEEP_AXES], pad[DG_SWEEP_AXES];
  union {
    int32_t dilate[DG_SWEEP_AXES]; /* of convolutions */
    int32_t ksize[DG_SWEEP_AXES];  /* of poolings */
  };
  int32_t size[DG_SWEEP_AXES]; /* of the output, or of the window where the output tells the rest */
  int8_t axes, cover_all, adaptive;
  int8_t checked; /* `size` is a caller's wish */
  int8_t maxima;  /* indices are those of maxima, so each lies in the window of its place */
  int32_t groups;
  int32_t kind; /* dg_pooling_kind */
} dg_steps;

_Static_assert(sizeof(dg_steps) <= DG_CALL_INTS * sizeof(int64_t), "the steps fit a call");

dg_steps dg_steps_of(const dg_call *c);
void dg_steps_set(dg_call *c, const dg_steps *s);

/* Copies what a caller gave for each of `n` axes: numbers from `least` on. NULL: `missing` for all.
 * -1 with an error that begins with `who`. */
int dg_steps_read(const char *who, const char *what, int n, const int64_t *from, int64_t least,
                  int64_t missing, int32_t to[DG_SWEEP_AXES]);

/* Fails unless input i has `n` axes behind the batch and the channels, of sizes that fit int32. */
int dg_wants_planes(dg_call *c, int i, int n, const char *name);

/* How many places a window of `reach` elements has along an axis; below 1 if it does not fit. */
int64_t dg_places(int64_t in, int64_t reach, int64_t stride, int64_t pad, bool cover_all);
/* The size of an axis on which it has so many places, as small as it can be; with cover_all, as
 * Chainer takes it: without what only the last place reaches. */
int64_t dg_covered(int64_t places, int64_t reach, int64_t stride, int64_t pad, bool cover_all);

/* What the backend gets: the sizes of x's and y's planes and of a window, from views. */
dg_sweep dg_sweep_of(const dg_steps *s, const dg_view *x, const dg_view *y, const int64_t *ksize);

#endif
