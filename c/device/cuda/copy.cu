/* copy.cu -- adds arrays to others in place, and looks for zeros. */
#include "cuda/prelude.h"

enum { EACH = 4 };

#define KERNELS(dtype, T)                                                                          \
  extern "C" __global__ void add_flat_##dtype(int64_t n, T *to, const T *from)                     \
  {                                                                                                \
    int64_t i = (int64_t)blockIdx.x * blockDim.x * EACH + threadIdx.x;                             \
    for (int k = 0; k < EACH && i < n; k++, i += blockDim.x) to[i] += from[i];                     \
  }                                                                                                \
  extern "C" __global__ void add_##dtype(int64_t n, const __grid_constant__ Loop l)                \
  {                                                                                                \
    int64_t i = thread_number();                                                                   \
    if (i >= n) return;                                                                            \
    char *at[2];                                                                                   \
    l.element<2>(i, n, at);                                                                        \
    *(T *)at[0] += *(const T *)at[1];                                                              \
  }

KERNELS(f32, float)
KERNELS(f64, double)

#define ZERO(dtype, T)                                                                             \
  extern "C" __global__ void zero_##dtype(int64_t n, const __grid_constant__ View x, int *found)   \
  {                                                                                                \
    int64_t i = thread_number();                                                                   \
    if (i < n && x.at<T>(i) == 0) *found = 1;                                                      \
  }

ZERO(i32, int32_t)
ZERO(i64, int64_t)
ZERO(u8, uint8_t)
