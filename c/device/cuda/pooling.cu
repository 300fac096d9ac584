/* pooling.cu -- maxima and means of windows, and choices by the places that maxima had. */
#include "cuda/sweep.h"

/* What elements of type T are computed with. */
template <typename T> using Number = typename Is<T>::number;

/* A thread makes one element of y; of equals the first wins, and a NaN does. */
template <typename T>
__device__ __forceinline__ void pool_max(int64_t count, const Sweep &s, const View &x, T *y,
                                         int32_t *index)
{
  const int64_t e = thread_number();
  if (e >= count) return;
  const int64_t places = s.outputs(), plane = e / places * s.inputs();
  int64_t o[4], from[4], to[4], size[4], at[4], elements = 1;
  unravel(s.n, s.out, e % places, o);
  for (int k = 0; k < s.n; k++) {
    s.window(k, o[k], &from[k], &to[k]);
    size[k] = to[k] > from[k] ? to[k] - from[k] : 0;
    elements *= size[k];
  }
  Number<T> best = -INFINITY;
  int64_t where = -1;
  for (int64_t i = 0; i < elements; i++) {
    int64_t place = 0;
    unravel(s.n, size, i, at);
    for (int k = 0; k < s.n; k++) place = place * s.in[k] + from[k] + at[k];
    const Number<T> value = x.at<T>(plane + place);
    if (where < 0 || value > best || (value != value && best == best)) best = value, where = place;
  }
  y[e] = (T)best;
  index[e] = (int32_t)where;
}

/* 0: sums, 1: divided by the size of a window, 2: by what of it is inside. */
enum { SUM, MEAN, MEAN_INSIDE };

template <typename T>
__device__ __forceinline__ T divided(T sum, int kind, int64_t taps, int64_t inside)
{
  return kind == SUM ? sum : sum / (T)(kind == MEAN ? taps : inside);
}

template <typename T>
__device__ __forceinline__ void pool_mean(int64_t count, const Sweep &s, int kind, const View &x,
                                          T *y)
{
  const int64_t e = thread_number();
  if (e >= count) return;
  const int64_t places = s.outputs(), plane = e / places * s.inputs();
  int64_t o[4], from[4], to[4], size[4], at[4], elements = 1;
  unravel(s.n, s.out, e % places, o);
  for (int k = 0; k < s.n; k++) {
    s.window(k, o[k], &from[k], &to[k]);
    size[k] = to[k] > from[k] ? to[k] - from[k] : 0;
    elements *= size[k];
  }
  Number<T> sum = 0;
  for (int64_t i = 0; i < elements; i++) {
    int64_t place = 0;
    unravel(s.n, size, i, at);
    for (int k = 0; k < s.n; k++) place = place * s.in[k] + from[k] + at[k];
    sum += x.at<T>(plane + place);
  }
  y[e] = (T)divided(sum, kind, s.taps(), elements);
}

/* The places along axis k whose windows have element p. */
static __device__ __forceinline__ void places_of(const Sweep &s, int k, int64_t p, int64_t *from,
                                                 int64_t *to)
{
  if (s.adaptive) {
    *from = p * s.out[k] / s.in[k];
    *to = ((p + 1) * s.out[k] + s.in[k] - 1) / s.in[k];
  } else {
    const int64_t before =
        p + s.pad[k] - s.ksize[k]; /* the last place before: below or at 0 none */
    *from = before < 0 ? 0 : before / s.stride[k] + 1;
    *to = (p + s.pad[k]) / s.stride[k] + 1;
  }
  if (*to > s.out[k]) *to = s.out[k];
}

/* A thread makes one element of x. */
template <typename T>
__device__ __forceinline__ void pool_mean_back(int64_t count, const Sweep &s, int kind,
                                               const View &y, T *x)
{
  const int64_t e = thread_number();
  if (e >= count) return;
  const int64_t inputs = s.inputs(), plane = e / inputs * s.outputs();
  int64_t p[4], from[4], to, size[4], at[4], places = 1;
  unravel(s.n, s.in, e % inputs, p);
  for (int k = 0; k < s.n; k++) {
    places_of(s, k, p[k], &from[k], &to);
    size[k] = to > from[k] ? to - from[k] : 0;
    places *= size[k];
  }
  Number<T> sum = 0;
  for (int64_t i = 0; i < places; i++) {
    int64_t place = 0, elements = 1, first, end;
    unravel(s.n, size, i, at);
    for (int k = 0; k < s.n; k++) {
      place = place * s.out[k] + from[k] + at[k];
      s.window(k, from[k] + at[k], &first, &end);
      elements *= end - first;
    }
    sum += divided((Number<T>)y.at<T>(plane + place), kind, s.taps(), elements);
  }
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

#define KERNELS(dtype, T)                                                                          \
  extern "C" __global__ void pool_max_##dtype(int64_t count, const __grid_constant__ Sweep s,      \
                                              const __grid_constant__ View x, T *y,                \
                                              int32_t *index)                                      \
  {                                                                                                \
    pool_max(count, s, x, y, index);                                                               \
  }                                                                                                \
  extern "C" __global__ void pool_mean_##dtype(int64_t count, const __grid_constant__ Sweep s,     \
                                               int kind, const __grid_constant__ View x, T *y)     \
  {                                                                                                \
    pool_mean(count, s, kind, x, y);                                                               \
  }                                                                                                \
  extern "C" __global__ void pool_mean_back_##dtype(int64_t count,                                 \
                                                    const __grid_constant__ Sweep s, int kind,     \
                                                    const __grid_constant__ View y, T *x)          \
  {                                                                                                \
    pool_mean_back(count, s, kind, y, x);                                                          \
  }                                                                                                \
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
