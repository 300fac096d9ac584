/* conv.cu -- windows laid side by side for convolution, and back. */
#include "cuda/sweep.h"

/* col[n, c, i, place], with the steps of n and of (c, i) given; a thread makes one element. */
template <typename T>
__device__ __forceinline__ void im2col(int64_t count, const Sweep &s, const View &x, int64_t step_n,
                                       int64_t step_row, T *col)
{
  const int64_t e = thread_number();
  if (e >= count) return;
  const int64_t places = s.outputs(), taps = s.taps(), channels = x.shape[1];
  const int64_t place = e % places, tap = e / places % taps, c = e / places / taps % channels,
                n = e / places / taps / channels;
  int64_t o[4], i[4], at = n * x.stride[0] + c * x.stride[1];
  bool inside = true;
  unravel(s.n, s.out, place, o);
  unravel(s.n, s.ksize, tap, i);
  for (int k = 0; k < s.n; k++) {
    const int64_t p = o[k] * s.stride[k] - s.pad[k] + i[k] * s.dilate[k];
    inside = inside && p >= 0 && p < s.in[k];
    at += p * x.stride[2 + k];
  }
  col[n * step_n + (c * taps + tap) * step_row + place] = inside ? ((const T *)x.data)[at] : (T)0;
}

/* x[n, c, ...] = the sum of all elements of col[n, c, i, place] that came from there, and bias[c]; a
 * thread makes one element. */
template <typename T>
__device__ __forceinline__ void col2im(int64_t count, const Sweep &s, const View &col,
                                       int64_t channels, const View &bias, int has_bias, T *x)
{
  const int64_t e = thread_number();
  if (e >= count) return;
  const int64_t inputs = s.inputs(), taps = s.taps(), c = e / inputs % channels,
                n = e / inputs / channels;
  int64_t p[4], i[4];
  unravel(s.n, s.in, e % inputs, p);
  typename Is<T>::number sum = 0;
  for (int64_t tap = 0; tap < taps; tap++) {
    int64_t at = (n * channels + c) * taps + tap;
    bool is_one = true;
    unravel(s.n, s.ksize, tap, i);
    for (int k = 0; k < s.n; k++) {
      const int64_t t = p[k] + s.pad[k] - i[k] * s.dilate[k], o = t / s.stride[k];
      is_one = is_one && t >= 0 && t % s.stride[k] == 0 && o < s.out[k];
      at = at * s.out[k] + o;
    }
    if (is_one) sum += col.at<T>(at);
  }
  x[e] = (T)(has_bias ? sum + bias.at<T>(c) : sum);
}

#define KERNELS(dtype, T)                                                                          \
  extern "C" __global__ void im2col_##dtype(int64_t count, const __grid_constant__ Sweep s,        \
                                            const __grid_constant__ View x, int64_t step_n,        \
                                            int64_t step_row, T *col)                              \
  {                                                                                                \
    im2col(count, s, x, step_n, step_row, col);                                                    \
  }                                                                                                \
  extern "C" __global__ void col2im_##dtype(int64_t count, const __grid_constant__ Sweep s,        \
                                            const __grid_constant__ View col, int64_t channels,    \
                                            View bias, int has_bias, T *x)                         \
  {                                                                                                \
    col2im(count, s, col, channels, bias, has_bias, x);                                            \
  }

KERNELS(f32, float)
KERNELS(f64, double)
KERNELS(f16, Half)
KERNELS(bf16, Bfloat)
