/* softmax.c -- softmax and its kin along any axes of any array. */
#include "device/cpu/cpu.h"
#include "device/cpu/dense.h"
#include "device/cpu/rows.h"

#include <math.h>

static const dg_rows_kind kinds[] = {
  [DG_SOFTMAX] = DG_ROWS_SOFTMAX,
  [DG_LOG_SOFTMAX] = DG_ROWS_LOG_SOFTMAX,
  [DG_LOGSUMEXP] = DG_ROWS_LOGSUMEXP,
  [DG_SOFTMAX_GRAD] = DG_ROWS_SOFTMAX_GRAD,
  [DG_LOG_SOFTMAX_GRAD] = DG_ROWS_LOG_SOFTMAX_GRAD,
};

int dg_cpu_softmax(dg_softmax_kind kind, const dg_view *x, const dg_view *g, const dg_view *y,
                   unsigned axes)
{
  if (y->size == 0) return 0;
  if (x->size == 0) return dg_cpu_fill(y, -INFINITY); /* the sum of nothing */
  int64_t n = 1;
  for (int i = 0; i < x->ndim; i++)
    if (axes >> i & 1) n *= x->shape[i];
  dg_dense from = { NULL }, grad = { NULL }, to = { NULL };
  dg_view rows_x = dg_axes_last(x, axes), rows_y = dg_axes_last(y, axes), rows_g;
  int status = dg_dense_read(&from, &rows_x);
  if (status == 0 && g) {
    rows_g = dg_axes_last(g, axes);
    status = dg_dense_read(&grad, &rows_g);
  }
  if (status == 0) status = dg_dense_write(&to, &rows_y);
  if (status == 0) {
    dg_rows rows = { .n = n, .x = from.data, .g = g ? grad.data : NULL, .y = to.data };
    dg_rows_run(kinds[kind], x->dtype, &rows, x->size / n);
    dg_dense_close(&to, &rows_y);
  }
  dg_dense_free(&from);
  dg_dense_free(&grad);
  return status;
}
