/* loop.h -- visits arrays of any strides in runs along their last axis. */
#ifndef DG_LOOP_H
#define DG_LOOP_H

#include "device/view.h"

enum { DG_LOOP_OPERANDS = 4 };

/* The axes of several views of one shape, joined wherever all of them allow it. */
typedef struct dg_loop {
  int ndim, operands;
  int64_t shape[DG_MAX_NDIM];
  int64_t stride[DG_LOOP_OPERANDS][DG_MAX_NDIM]; /* in bytes */
  char *data[DG_LOOP_OPERANDS];
  int64_t runs; /* how many runs of shape[ndim - 1] elements there are */
} dg_loop;

/* Prepares a loop over views that broadcast to the shape of v[0]. */
void dg_loop_init(dg_loop *l, int operands, const dg_view *const *v);

/* Where run `r` begins in each operand. */
void dg_loop_at(const dg_loop *l, int64_t r, char *at[DG_LOOP_OPERANDS]);

#endif
