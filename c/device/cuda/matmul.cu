/* matmul.cu -- products of matrices of any strides: of integers, and of floats where there is no
 * cuBLAS. */
#include "cuda/prelude.h"

enum { TILE = 16 };

/* The matrices of a stack, one after another along x: y is m x n without gaps, `step`
 * elements from one to the next. */
template <typename T, typename Sum, typename To>
__device__ __forceinline__ void multiply(const View &a, const View &b, To *y, int64_t step,
                                         int64_t m, int64_t n, int64_t k, int add)
{
  __shared__ T as[TILE][TILE + 1], bs[TILE][TILE + 1];
  const int last = a.ndim - 1, tx = threadIdx.x % TILE, ty = threadIdx.x / TILE;
  const int64_t across = (n + TILE - 1) / TILE, down = (m + TILE - 1) / TILE;
  int64_t block = blockIdx.x, matrix = block / (across * down);
  const int64_t j = block % across * TILE + tx, i = block / across % down * TILE + ty;
  const int64_t am = a.stride[last - 1], ak = a.stride[last], bk = b.stride[last - 1],
                bn = b.stride[last];
  const T *pa = (const T *)a.data, *pb = (const T *)b.data;
  To *to = y + matrix * step + i * n + j;
  for (int axis = last - 2; axis >= 0; axis--) {
    pa += matrix % a.shape[axis] * a.stride[axis];
    pb += matrix % a.shape[axis] * b.stride[axis];
    matrix /= a.shape[axis];
  }
  Sum sum = 0;
  for (int64_t from = 0; from < k; from += TILE) {
    as[ty][tx] = i < m && from + tx < k ? pa[i * am + (from + tx) * ak] : (T)0;
    bs[ty][tx] = j < n && from + ty < k ? pb[(from + ty) * bk + j * bn] : (T)0;
    __syncthreads();
    for (int p = 0; p < TILE && from + p < k; p++) sum += (Sum)as[ty][p] * (Sum)bs[p][tx];
    __syncthreads();
  }
  if (i < m && j < n) *to = add ? (To)((Sum)*to + sum) : (To)sum;
}

#define KERNEL(dtype, T, Sum, To)                                                                  \
  extern "C" __global__ void multiply_##dtype(const __grid_constant__ View a,                      \
                                              const __grid_constant__ View b, To *y, int64_t step, \
                                              int64_t m, int64_t n, int64_t k, int add)            \
  {                                                                                                \
    multiply<T, Sum, To>(a, b, y, step, m, n, k, add);                                             \
  }

KERNEL(f32, float, float, float)
KERNEL(f64, double, double, double)
KERNEL(f16, Half, float, Half)
KERNEL(bf16, Bfloat, float, Bfloat)
KERNEL(f16_f32, Half, float, float)
KERNEL(bf16_f32, Bfloat, float, float)
KERNEL(i32, int32_t, uint32_t, int32_t)
KERNEL(i64, int64_t, uint64_t, int64_t)
KERNEL(u8, uint8_t, uint32_t, uint8_t)
