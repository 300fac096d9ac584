/* sweep.h -- windows that step over the last axes of arrays.
 *
 * Kernels are made twice: with numbers of 32 bits for up to NEAR_AXES axes, which is what most arrays need
 * and takes a fraction of the time, and with numbers I of 64 bits for whatever there may be. */
#ifndef DG_CUDA_SWEEP_H
#define DG_CUDA_SWEEP_H

#include "cuda/prelude.h"

enum { NEAR_AXES = 3, FAR_AXES = 4 };

/* dg_divisor of device/cuda/windows.h: a number that others are divided by. Those of 32 bits are not
 * negative, and their quotients are the upper half of a product. */
struct Divisor {
  int64_t n;
  uint32_t magic;
  int32_t shift;

  __device__ __forceinline__ int32_t into(int32_t x) const
  {
    return (int32_t)((__umulhi((uint32_t)x, magic) + (uint32_t)x) >> shift);
  }
  __device__ __forceinline__ int64_t into(int64_t x) const { return x / n; }
};

/* dg_windows of device/cuda/windows.h: the two must agree. */
struct Windows {
  Divisor in[4], out[4], stride[4], channels;
  int64_t ksize[4], pad[4], dilate[4], taps;
  char *data; /* of the array that is read, and its strides */
  int64_t step_n, step_c, step[4];
  int32_t adaptive, far;

  /* What the window at place o spans along axis k, the padding aside; not dilated. */
  template <typename I> __device__ __forceinline__ void window(int k, I o, I *from, I *to) const
  {
    const I size = (I)in[k].n;
    if (adaptive) {
      *from = out[k].into(o * size);
      *to = out[k].into((o + 1) * size + (I)out[k].n - 1);
    } else {
      *from = o * (I)stride[k].n - (I)pad[k];
      *to = *from + (I)ksize[k];
      if (*from < 0) *from = 0;
    }
    if (*to > size) *to = size;
  }
  /* The places along axis k whose windows have element p; not dilated. */
  template <typename I> __device__ __forceinline__ void places(int k, I p, I *from, I *to) const
  {
    const I count = (I)out[k].n;
    if (adaptive) {
      *from = in[k].into(p * count);
      *to = in[k].into((p + 1) * count + (I)in[k].n - 1);
    } else {
      const I after = p + (I)pad[k],
              before = after - (I)ksize[k]; /* of 0: the last place before p */
      *from = before < 0 ? 0 : stride[k].into(before) + 1;
      *to = stride[k].into(after) + 1;
    }
    if (*to > count) *to = count;
  }
  /* Where a plane of the array that is read begins, and an element of one. */
  template <typename T, typename I> __device__ __forceinline__ const T *plane(I number) const
  {
    const I n = channels.into(number), c = number - n * (I)channels.n;
    return (const T *)data + (n * (I)step_n + c * (I)step_c);
  }
  template <int N, typename T, typename I>
  __device__ __forceinline__ const T &at(const T *plane, const I *place) const
  {
    I offset = 0;
#pragma unroll
    for (int k = 0; k < N; k++) offset += place[k] * (I)step[k];
    return plane[offset];
  }
};

/* The coordinates of the i-th place of planes of some sizes; returns which plane it is of. */
template <int N, typename I> __device__ __forceinline__ I unravel(const Divisor *sizes, I i, I *at)
{
#pragma unroll
  for (int k = N - 1; k >= 0; k--) {
    const I rest = sizes[k].into(i);
    at[k] = i - rest * (I)sizes[k].n;
    i = rest;
  }
  return i;
}

/* The number of a place in its plane. */
template <int N, typename I> __device__ __forceinline__ I ravel(const Divisor *sizes, const I *at)
{
  I i = at[0];
#pragma unroll
  for (int k = 1; k < N; k++) i = i * (I)sizes[k].n + at[k];
  return i;
}

/* Goes through the places between two corners, row-major:
 * if (box.begin()) do ... while (box.next()); */
template <int N, typename I> struct Box {
  I from[N], to[N], at[N];

  __device__ __forceinline__ bool begin()
  {
    bool some = true;
#pragma unroll
    for (int k = 0; k < N; k++) {
      at[k] = from[k];
      some = some && from[k] < to[k];
    }
    return some;
  }
  __device__ __forceinline__ bool next()
  {
#pragma unroll
    for (int k = N - 1; k >= 0; k--) {
      if (++at[k] < to[k]) return true;
      at[k] = from[k];
    }
    return false;
  }
};

#endif
