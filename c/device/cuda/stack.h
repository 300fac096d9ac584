/* stack.h -- views of stacks of matrices over memory that has no tensor. */
#ifndef DG_CUDA_STACK_H
#define DG_CUDA_STACK_H

#include "device/cuda/cuda.h"

/* `count` matrices of rows x columns from element `offset` on: `step` elements from one to the next,
 * `row` from one row to the next. */
DG_INLINE dg_view dg_cuda_stack(int device, int dtype, const void *data, int64_t offset,
                                int64_t count, int64_t rows, int64_t columns, int64_t step,
                                int64_t row)
{
  dg_view v = { .data = (char *)(uintptr_t)data + offset * dg_item_bytes[dtype],
                .ndim = 3,
                .dtype = (uint8_t)dtype,
                .device = (uint8_t)device,
                .shape = { count, rows, columns },
                .stride = { step, row, 1 } };
  dg_view_finish(&v);
  return v;
}

/* The transpose of each. */
DG_INLINE dg_view dg_stack_turned(dg_view v)
{
  int64_t shape = v.shape[1], stride = v.stride[1];
  v.shape[1] = v.shape[2], v.stride[1] = v.stride[2];
  v.shape[2] = shape, v.stride[2] = stride;
  dg_view_finish(&v);
  return v;
}

#endif
