/* softmax.c -- softmax and its kin along any axes of any array. */
#include "device/cuda/rows.h"

#include <math.h>

#define FLOATS(name)                                                                               \
  {                                                                                                \
    [DG_F32] = { "softmax", name "_f32" }, [DG_F64] = { "softmax", name "_f64" },                  \
    [DG_F16] = { "softmax", name "_f16" }, [DG_BF16] = {                                           \
      "softmax",                                                                                   \
      name "_bf16"                                                                                 \
    }                                                                                              \
  }

#define BOTH(name)                                                                                 \
  {                                                                                                \
    FLOATS(name), FLOATS("held_" name)                                                             \
  }

/* The second of each is for rows that a block's threads can hold. */
static dg_kernel kernels[][2][DG_NDTYPES] = {
  [DG_SOFTMAX] = BOTH("softmax"),
  [DG_LOG_SOFTMAX] = BOTH("log_softmax"),
  [DG_LOGSUMEXP] = BOTH("logsumexp"),
  [DG_SOFTMAX_GRAD] = BOTH("softmax_grad"),
  [DG_LOG_SOFTMAX_GRAD] = BOTH("log_softmax_grad"),
};

int dg_cuda_softmax(dg_softmax_kind kind, const dg_view *x, const dg_view *g, const dg_view *y,
                    unsigned axes)
{
  if (y->size == 0) return 0;
  if (x->size == 0) return dg_cuda_fill(y, -INFINITY); /* the sum of nothing */
  dg_rows_of rows;
  dg_rows_of_init(&rows, g ? 3 : 2, (const dg_view *const[]){ x, y, g }, axes);
  unsigned along = kind == DG_LOGSUMEXP ? 1 : g ? 7 : 3;
  bool held = dg_rows_of_hold(&rows, along, dg_item_bytes[x->dtype]);
  return DG_LAUNCH(dg_kernel_for(kernels[kind][held], x->dtype), y->device,
                   dg_rows_of_blocks(&rows), DG_CUDA_THREADS, 0, &rows);
}
