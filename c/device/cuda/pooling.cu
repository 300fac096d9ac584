/* pooling.cu -- maxima and means of windows, and choices by the places that maxima had. */
#include "cuda/sweep.h"

/* What elements of type T are computed with. */
template <typename T> using Number = typename Is<T>::number;

/* A thread makes one element of y; of equals the first wins, and a NaN does. */
template <int N, typename I, typename T>
__device__ __forceinline__ void pool_max(int64_t count, const Windows &w, T *y, int32_t *index)
{
  const int64_t e = thread_number();
  if (e >= count) return;
  Box<N, I> box;
  const T *x = w.plane<T>(unravel<N>(w.out, (I)e, box.at));
#pragma unroll
  for (int k = 0; k < N; k++) w.window(k, box.at[k], &box.from[k], &box.to[k]);
  Number<T> best = -INFINITY;
  int32_t where = -1;
  if (box.begin()) do {
      const Number<T> value = w.at<N>(x, box.at);
      if (where < 0 || value > best || (value != value && best == best))
        best = value, where = (int32_t)ravel<N>(w.in, box.at);
    } while (box.next());
  y[e] = (T)best;
  index[e] = where;
}

/* A thread makes one element of x: the sum of y of the windows whose greatest it was. */
template <int N, typename I, typename T>
__device__ __forceinline__ void pool_max_back(int64_t count, const Windows &w, const int32_t *index,
                                              T *x)
{
  const int64_t e = thread_number();
  if (e >= count) return;
  Box<N, I> box;
  const I plane = unravel<N>(w.in, (I)e, box.at);
  const int32_t own = (int32_t)ravel<N>(w.in, box.at);
  const T *y = w.plane<T>(plane);
  I places = 1;
#pragma unroll
  for (int k = 0; k < N; k++) {
    w.places(k, box.at[k], &box.from[k], &box.to[k]);
    places *= (I)w.out[k].n;
  }
  index += plane * places;
  Number<T> sum = 0;
  if (box.begin()) do {
      if (index[ravel<N>(w.out, box.at)] == own) sum += (Number<T>)w.at<N>(y, box.at);
    } while (box.next());
  x[e] = (T)sum;
}

/* 0: sums, 1: divided by the size of a window, 2: by what of it is inside. */
enum { SUM, MEAN, MEAN_INSIDE };

template <typename T>
__device__ __forceinline__ T divided(T sum, int kind, int64_t taps, int64_t inside)
{
  return kind == SUM ? sum : sum / (T)(kind == MEAN ? taps : inside);
}

template <int N, typename I, typename T>
__device__ __forceinline__ void pool_mean(int64_t count, const Windows &w, int kind, T *y)
{
  const int64_t e = thread_number();
  if (e >= count) return;
  Box<N, I> box;
  const T *x = w.plane<T>(unravel<N>(w.out, (I)e, box.at));
#pragma unroll
  for (int k = 0; k < N; k++) w.window(k, box.at[k], &box.from[k], &box.to[k]);
  Number<T> sum = 0;
  I inside = 0;
  if (box.begin()) do {
      sum += (Number<T>)w.at<N>(x, box.at);
      inside++;
    } while (box.next());
  y[e] = (T)divided(sum, kind, w.taps, inside);
}

/* A thread makes one element of x. */
template <int N, typename I, typename T>
__device__ __forceinline__ void pool_mean_back(int64_t count, const Windows &w, int kind, T *x)
{
  const int64_t e = thread_number();
  if (e >= count) return;
  Box<N, I> box;
  const T *y = w.plane<T>(unravel<N>(w.in, (I)e, box.at));
#pragma unroll
  for (int k = 0; k < N; k++) w.places(k, box.at[k], &box.from[k], &box.to[k]);
  Number<T> sum = 0;
  if (box.begin()) do {
      I inside = 1;
      if (kind == MEAN_INSIDE)
#pragma unroll
        for (int k = 0; k < N; k++) {
          I from, to;
          w.window(k, box.at[k], &from, &to);
          inside *= to - from;
        }
      sum += divided((Number<T>)w.at<N>(y, box.at), kind, w.taps, inside);
    } while (box.next());
  x[e] = (T)sum;
}

/* y[n, c, p] = x[n, c, index[n, c, p]], 0 where that is -1. */
template <typename T>
__device__ __forceinline__ void pick(int64_t count, const View &x, const int32_t *index,
                                     int64_t places, int64_t plane, T *y)
{
  const int64_t e = thread_number();
  if (e < count) y[e] = index[e] < 0 ? (T)0 : x.at<T>(e / places * plane + index[e]);
}

/* Where in all of x these choices lie, -1 where nowhere. */
extern "C" __global__ void places_in_all(int64_t count, const int32_t *index, int64_t places,
                                         int64_t plane, int64_t *to)
{
  const int64_t e = thread_number();
  if (e < count) to[e] = index[e] < 0 ? -1 : e / places * plane + index[e];
}

#define WINDOWS(dtype, T, N, I)                                                                    \
  extern "C" __global__ void pool_max_##dtype(int64_t count, const __grid_constant__ Windows w,    \
                                              T *y, int32_t *index)                                \
  {                                                                                                \
    pool_max<N, I>(count, w, y, index);                                                            \
  }                                                                                                \
  extern "C" __global__ void pool_max_back_##dtype(                                                \
      int64_t count, const __grid_constant__ Windows w, const int32_t *index, T *x)                \
  {                                                                                                \
    pool_max_back<N, I>(count, w, index, x);                                                       \
  }                                                                                                \
  extern "C" __global__ void pool_mean_##dtype(int64_t count, const __grid_constant__ Windows w,   \
                                               int kind, T *y)                                     \
  {                                                                                                \
    pool_mean<N, I>(count, w, kind, y);                                                            \
  }                                                                                                \
  extern "C" __global__ void pool_mean_back_##dtype(                                               \
      int64_t count, const __grid_constant__ Windows w, int kind, T *x)                            \
  {                                                                                                \
    pool_mean_back<N, I>(count, w, kind, x);                                                       \
  }

#define KERNELS(dtype, T)                                                                          \
  WINDOWS(dtype, T, NEAR_AXES, int32_t)                                                            \
  WINDOWS(far_##dtype, T, FAR_AXES, int64_t)                                                       \
  extern "C" __global__ void pick_##dtype(int64_t count, const __grid_constant__ View x,           \
                                          const int32_t *index, int64_t places, int64_t plane,     \
                                          T *y)                                                    \
  {                                                                                                \
    pick(count, x, index, places, plane, y);                                                       \
  }

KERNELS(f32, float)
KERNELS(f64, double)
KERNELS(f16, Half)
KERNELS(bf16, Bfloat)
