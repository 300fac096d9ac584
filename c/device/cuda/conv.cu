/* conv.cu -- windows laid side by side for convolution, and back. */
#include "cuda/sweep.h"

/* col[n, c, i, place], with the steps of n and of (c, i) given; a thread makes all i of one window and
 * channel, and its neighbours those beside it. */
template <int N, typename I, typename T>
__device__ __forceinline__ void im2col(int64_t count, const Windows &w, int64_t step_n,
                                       int64_t step_row, T *col)
{
  const int64_t e = thread_number();
  if (e >= count) return;
  Box<N, I> box;
  I first[N], place[N];
  const I plane = unravel<N>(w.out, (I)e, first), n = w.channels.into(plane),
          c = plane - n * (I)w.channels.n;
  const T *x = w.plane<T>(plane);
  T *to = col + (n * (I)step_n + c * (I)w.taps * (I)step_row + ravel<N>(w.out, first));
#pragma unroll
  for (int k = 0; k < N; k++) {
    first[k] = first[k] * (I)w.stride[k].n - (I)w.pad[k];
    box.from[k] = 0;
    box.to[k] = k < N - 1 ? (I)w.ksize[k] : 1; /* lines along the last axis */
  }
  if (box.begin()) do {
      bool inside = true;
#pragma unroll
      for (int k = 0; k < N - 1; k++) {
        place[k] = first[k] + box.at[k] * (I)w.dilate[k];
        inside = inside && place[k] >= 0 && place[k] < (I)w.in[k].n;
      }
      place[N - 1] = first[N - 1];
      for (I i = 0; i < (I)w.ksize[N - 1]; i++) {
        const bool is_one = inside && place[N - 1] >= 0 && place[N - 1] < (I)w.in[N - 1].n;
        *to = is_one ? w.at<N>(x, place) : (T)0;
        to += (I)step_row;
        place[N - 1] += (I)w.dilate[N - 1];
      }
    } while (box.next());
}

/* The place along axis k whose window has element p as its i-th, or -1. */
template <typename I> __device__ __forceinline__ I place_of(const Windows &w, int k, I p, I i)
{
  const I t = p + (I)w.pad[k] - i * (I)w.dilate[k], o = w.stride[k].into(t);
  return t >= 0 && o * (I)w.stride[k].n == t && o < (I)w.out[k].n ? o : -1;
}

/* x[n, c, ...] = the sum of all elements of col[n, c, i, place] that came from there, and bias[c]; a
 * thread makes one element. col has no gaps. */
template <int N, typename I, typename T>
__device__ __forceinline__ void col2im(int64_t count, const Windows &w, const View &bias,
                                       int has_bias, T *x)
{
  const int64_t e = thread_number();
  if (e >= count) return;
  Box<N, I> box;
  I p[N], o[N], places = 1;
  const I plane = unravel<N>(w.in, (I)e, p);
#pragma unroll
  for (int k = 0; k < N; k++) {
    box.from[k] = 0;
    box.to[k] = k < N - 1 ? (I)w.ksize[k] : 1;
    places *= (I)w.out[k].n;
  }
  const T *col = (const T *)w.data + plane * (I)w.taps * places;
  typename Is<T>::number sum = 0;
  if (box.begin()) do {
      bool is_one = true;
#pragma unroll
      for (int k = 0; k < N - 1; k++) {
        o[k] = place_of(w, k, p[k], box.at[k]);
        is_one = is_one && o[k] >= 0;
      }
      for (I i = 0; is_one && i < (I)w.ksize[N - 1]; i++) {
        o[N - 1] = place_of(w, N - 1, p[N - 1], i);
        if (o[N - 1] >= 0) sum += col[i * places + ravel<N>(w.out, o)];
      }
      col += (I)w.ksize[N - 1] * places;
    } while (box.next());
  if (has_bias) sum += bias.at<T>(plane - w.channels.into(plane) * (I)w.channels.n);
  x[e] = (T)sum;
}

#define WINDOWS(dtype, T, N, I)                                                                    \
  extern "C" __global__ void im2col_##dtype(int64_t count, const __grid_constant__ Windows w,      \
                                            int64_t step_n, int64_t step_row, T *col)              \
  {                                                                                                \
    im2col<N, I>(count, w, step_n, step_row, col);                                                 \
  }                                                                                                \
  extern "C" __global__ void col2im_##dtype(int64_t count, const __grid_constant__ Windows w,      \
                                            const __grid_constant__ View bias, int has_bias, T *x) \
  {                                                                                                \
    col2im<N, I>(count, w, bias, has_bias, x);                                                     \
  }
#define KERNELS(dtype, T)                                                                          \
  WINDOWS(dtype, T, NEAR_AXES, int32_t)                                                            \
  WINDOWS(far_##dtype, T, FAR_AXES, int64_t)

KERNELS(f32, float)
KERNELS(f64, double)
KERNELS(f16, Half)
KERNELS(bf16, Bfloat)
