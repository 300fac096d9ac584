/* windows.h -- windows that step over arrays, as kernels get them (sweep.h). */
#ifndef DG_CUDA_WINDOWS_H
#define DG_CUDA_WINDOWS_H

#include "device/cuda/cuda.h"

/* A number to divide by. Where x and n are below 2^31, x / n is
 * (x magic / 2^32 + x) / 2^shift, with both quotients rounded down. */
typedef struct dg_divisor {
  int64_t n;
  uint32_t magic;
  int32_t shift;
} dg_divisor;

/* Windows over planes, in front of which axes of size 1 stand until there are as many as kernels have,
 * and an array (batch, channels, ...) of any strides that is read. */
typedef struct dg_windows {
  dg_divisor in[DG_SWEEP_AXES], out[DG_SWEEP_AXES], stride[DG_SWEEP_AXES], channels;
  int64_t ksize[DG_SWEEP_AXES], pad[DG_SWEEP_AXES], dilate[DG_SWEEP_AXES], taps;
  const void *data;
  int64_t step_n, step_c, step[DG_SWEEP_AXES];
  int32_t adaptive;
  int32_t far; /* numbers of 64 bits, and four axes, are needed */
} dg_windows;

/* Of a kernel that reads `read` and counts up to `most` elements of other arrays. */
dg_windows dg_windows_of(const dg_sweep *s, const dg_view *read, int64_t most);

#endif
