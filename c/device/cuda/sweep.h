/* sweep.h -- windows that step over the last axes of arrays. */
#ifndef DG_CUDA_SWEEP_H
#define DG_CUDA_SWEEP_H

#include "cuda/prelude.h"

/* dg_sweep of device/device.h: the two must agree. */
struct Sweep {
  int n;
  bool adaptive;
  int64_t in[4], out[4], ksize[4], stride[4], pad[4], dilate[4];

  __device__ int64_t inputs() const { return product(in); }
  __device__ int64_t outputs() const { return product(out); }
  __device__ int64_t taps() const { return product(ksize); }

  /* What the window at place o spans along axis k, the padding aside; not dilated. */
  __device__ void window(int k, int64_t o, int64_t *from, int64_t *to) const
  {
    *from = adaptive ? o * in[k] / out[k] : o * stride[k] - pad[k];
    *to = adaptive ? ((o + 1) * in[k] + out[k] - 1) / out[k] : *from + ksize[k];
    if (*from < 0) *from = 0;
    if (*to > in[k]) *to = in[k];
  }

private:
  __device__ int64_t product(const int64_t *sizes) const
  {
    int64_t p = 1;
    for (int k = 0; k < n; k++) p *= sizes[k];
    return p;
  }
};

/* The coordinates of the i-th of sizes[0] x ... x sizes[n - 1]. */
static __device__ __forceinline__ void unravel(int n, const int64_t *sizes, int64_t i, int64_t *at)
{
  for (int k = n - 1; k >= 0; k--) {
    at[k] = i % sizes[k];
    i /= sizes[k];
  }
}

#endif
