/* copy.cu -- adds arrays to others in place, looks for zeros, and copies what is transposed. */
#include "cuda/prelude.h"

enum { EACH = 4 };

#define KERNELS(dtype, T)                                                                          \
  extern "C" __global__ void add_flat_##dtype(int64_t n, T *to, const T *from)                     \
  {                                                                                                \
    int64_t i = (int64_t)blockIdx.x * blockDim.x * EACH + threadIdx.x;                             \
    for (int k = 0; k < EACH && i < n; k++, i += blockDim.x) to[i] = (T)(to[i] + from[i]);         \
  }                                                                                                \
  extern "C" __global__ void add_##dtype(int64_t n, const __grid_constant__ Loop l)                \
  {                                                                                                \
    int64_t i = thread_number();                                                                   \
    if (i >= n) return;                                                                            \
    char *at[2];                                                                                   \
    l.element<2>(i, n, at);                                                                        \
    *(T *)at[0] = (T)(*(const T *)at[0] + *(const T *)at[1]);                                      \
  }

KERNELS(f32, float)
KERNELS(f64, double)
KERNELS(f16, Half)
KERNELS(bf16, Bfloat)

#define ZERO(dtype, T)                                                                             \
  extern "C" __global__ void zero_##dtype(int64_t n, const __grid_constant__ View x, int *found)   \
  {                                                                                                \
    int64_t i = thread_number();                                                                   \
    if (i < n && x.at<T>(i) == 0) *found = 1;                                                      \
  }

ZERO(i32, int32_t)
ZERO(i64, int64_t)
ZERO(u8, uint8_t)

/* -- Copies in which neighbours along one axis become neighbours along another: by tiles, which are
 *    read along the one and written along the other. ------------------------------------------------ */

enum { TILE = 32 };

/* As in copy.c: `to` has no gaps along `rows`, `from` none along `columns`; the other strides are in
 * bytes. `others` leads to the matrices of the two axes. */
struct Transposed {
  Loop others;
  int64_t columns, rows, to_step, from_step;
};

template <typename T> __device__ __forceinline__ void transpose(const Transposed &t)
{
  __shared__ T tile[TILE][TILE + 1];
  const int64_t across = (t.columns + TILE - 1) / TILE, down = (t.rows + TILE - 1) / TILE;
  const int64_t matrix = blockIdx.x / (across * down), place = blockIdx.x % (across * down);
  const int64_t column = place % across * TILE, row = place / across * TILE;
  const int x = threadIdx.x % TILE, first = threadIdx.x / TILE, step = blockDim.x / TILE;
  char *at[2];
  t.others.find<2>((uint64_t)matrix, at);
  for (int y = first; y < TILE; y += step)
    if (column + x < t.columns && row + y < t.rows)
      tile[y][x] = ((const T *)(at[1] + (row + y) * t.from_step))[column + x];
  __syncthreads();
  for (int y = first; y < TILE; y += step)
    if (column + y < t.columns && row + x < t.rows)
      ((T *)(at[0] + (column + y) * t.to_step))[row + x] = tile[x][y];
}

#define TRANSPOSE(bytes, T)                                                                        \
  extern "C" __global__ void transpose_##bytes(const __grid_constant__ Transposed t)               \
  {                                                                                                \
    transpose<T>(t);                                                                               \
  }

TRANSPOSE(1, uint8_t)
TRANSPOSE(2, uint16_t)
TRANSPOSE(4, uint32_t)
TRANSPOSE(8, uint64_t)
