/* scan.cu -- what runs along an axis, of operands x and y: sums, recurrences, where maxima are. */
#include "cuda/prelude.h"

/* Each thread goes along a row of its own. */
template <typename T> __device__ __forceinline__ void alone(const Rows &rows, int reverse)
{
  char *at[2], *here[2];
  T sum = 0;
  if (rows.mine<2>(at) < 0) return;
  for (int64_t i = 0; i < rows.length; i++) {
    rows.element<2>(at, reverse ? rows.length - 1 - i : i, here);
    sum += *(const T *)here[0];
    *(T *)here[1] = sum;
  }
}

/* A block goes along a row, as many elements at a time as it has threads. */
template <typename T> __device__ __forceinline__ void together(const Rows &rows, int reverse)
{
  char *at[2], *here[2];
  T sum = 0;
  rows.mine<2>(at);
  for (int64_t from = 0; from < rows.length; from += blockDim.x) {
    const int64_t i = from + threadIdx.x;
    T x = 0, all;
    if (i < rows.length) {
      rows.element<2>(at, reverse ? rows.length - 1 - i : i, here);
      x = *(const T *)here[0];
    }
    x = block_running(x, &all);
    if (i < rows.length) *(T *)here[1] = sum + x;
    sum += all;
  }
}

#define KERNELS(dtype, T)                                                                          \
  extern "C" __global__ void alone_##dtype(const __grid_constant__ Rows rows, int reverse)         \
  {                                                                                                \
    alone<T>(rows, reverse);                                                                       \
  }                                                                                                \
  extern "C" __global__ void together_##dtype(const __grid_constant__ Rows rows, int reverse)      \
  {                                                                                                \
    together<T>(rows, reverse);                                                                    \
  }

KERNELS(f32, float)
KERNELS(f64, double)
KERNELS(i32, uint32_t)
KERNELS(i64, uint64_t)

/* y_k = x_k y_(k-1) + b_k, the third operand. */
template <typename T> __device__ __forceinline__ void recurrence(const Rows &rows, int reverse, T y)
{
  char *at[3], *here[3];
  if (rows.mine<3>(at) < 0) return;
  for (int64_t i = 0; i < rows.length; i++) {
    rows.element<3>(at, reverse ? rows.length - 1 - i : i, here);
    y = *(const T *)here[0] * y + *(const T *)here[2];
    *(T *)here[1] = y;
  }
}

extern "C" __global__ void recurrence_f32(const __grid_constant__ Rows rows, int reverse,
                                          double start)
{
  recurrence<float>(rows, reverse, (float)start);
}
extern "C" __global__ void recurrence_f64(const __grid_constant__ Rows rows, int reverse,
                                          double start)
{
  recurrence<double>(rows, reverse, start);
}

/* Of equals the last, the first NaN for good. */
template <typename T> __device__ __forceinline__ void argcummax(const Rows &rows)
{
  char *at[2], *here[2];
  if (rows.mine<2>(at) < 0) return;
  T best = *(const T *)at[0];
  int64_t place = 0;
  for (int64_t i = 0; i < rows.length; i++) {
    rows.element<2>(at, i, here);
    const T x = *(const T *)here[0];
    if (best == best && !(x < best)) best = x, place = i;
    *(int64_t *)here[1] = place;
  }
}

#define ARGCUMMAX(dtype, T)                                                                        \
  extern "C" __global__ void argcummax_##dtype(const __grid_constant__ Rows rows)                  \
  {                                                                                                \
    argcummax<T>(rows);                                                                            \
  }

ARGCUMMAX(f32, float)
ARGCUMMAX(f64, double)
ARGCUMMAX(i32, int32_t)
ARGCUMMAX(i64, int64_t)
ARGCUMMAX(u8, uint8_t)
