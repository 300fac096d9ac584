/* rows.h -- softmax and its kin over contiguous rows. */
#ifndef DG_ROWS_H
#define DG_ROWS_H

#include "device/cpu/pool.h"

/* Rows of n elements. What each field is to a kind of work:
 *   softmax, log_softmax: y = f(x); logsumexp: one y for each row
 *   *_grad: x is what f gave, g the gradient of that, y the gradient of the input
 *   cross_entropy: y[row] = factor[row] (-log softmax(x)[label[row]]), 0 for a negative label
 *   cross_entropy_grad: y = the gradient of that with respect to x
 *   weights: y = softmax(y), 0 for a row of -inf; log_sum[row] = log of the sum of exp(y)
 *   weights_again: y = exp(y - factor[row]), which is that log_sum
 *   weights_grad: y = x (y - factor[row]) */
typedef struct dg_rows {
  int64_t n;
  const void *x, *g;
  void *y;
  const int64_t *label;
  const void *factor;
  void *log_sum;
} dg_rows;

typedef enum dg_rows_kind {
  DG_ROWS_SOFTMAX,
  DG_ROWS_LOG_SOFTMAX,
  DG_ROWS_LOGSUMEXP,
  DG_ROWS_SOFTMAX_GRAD,
  DG_ROWS_LOG_SOFTMAX_GRAD,
  DG_ROWS_CROSS_ENTROPY,
  DG_ROWS_CROSS_ENTROPY_GRAD,
  DG_ROWS_WEIGHTS,
  DG_ROWS_WEIGHTS_AGAIN,
  DG_ROWS_WEIGHTS_GRAD,
  DG_ROWS_KINDS
} dg_rows_kind;

/* Does the work on `count` rows, in threads if that pays. */
void dg_rows_run(dg_rows_kind kind, int dtype, const dg_rows *rows, int64_t count);

#endif
