/* scan.cu -- running sums along an axis: operands x and y. */
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
