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
 * bytes. `others` leads to the matrices of the two axes, of `across` x `down` tiles. */
struct Transposed {
  Loop others;
  int64_t columns, rows, to_step, from_step;
  uint32_t across, down;

  /* The tile of this block: its first column and row, and where the matrix begins in each array. */
  __device__ __forceinline__ void tile(int side, char **at, int64_t *column, int64_t *row) const
  {
    const uint32_t matrix = blockIdx.x / (across * down), place = blockIdx.x % (across * down);
    others.find<2>(matrix, at);
    *column = (int64_t)(place % across) * side;
    *row = (int64_t)(place / across) * side;
  }
};

/* Element by element. */
template <typename T> __device__ __forceinline__ void transpose(const Transposed &t)
{
  __shared__ T tile[TILE][TILE + 1];
  const int x = threadIdx.x % TILE, first = threadIdx.x / TILE, step = blockDim.x / TILE;
  char *at[2];
  int64_t column, row;
  t.tile(TILE, at, &column, &row);
  for (int y = first; y < TILE; y += step)
    if (column + x < t.columns && row + y < t.rows)
      tile[y][x] = ((const T *)(at[1] + (row + y) * t.from_step))[column + x];
  __syncthreads();
  for (int y = first; y < TILE; y += step)
    if (column + y < t.columns && row + x < t.rows)
      ((T *)(at[0] + (column + y) * t.to_step))[row + x] = tile[x][y];
}

/* By packs of N, in a tile of 16 x 16 squares of N x N: each thread turns a square. The packs of a turned
 * row lie in another order for each row of squares, so that threads that write or read together meet
 * different banks. */
template <typename T, int N> __device__ __forceinline__ void packed_transpose(const Transposed &t)
{
  enum { SIDE = 16 };
  typedef Pack<T, N> Some;
  __shared__ Some tile[SIDE * N][SIDE];
  const int x = threadIdx.x % SIDE, y = threadIdx.x / SIDE;
  char *at[2];
  int64_t column, row;
  Some square[N];
  t.tile(SIDE * N, at, &column, &row);
  const char *from = at[1] + (row + y * N) * t.from_step + (column + x * N) * (int64_t)sizeof(T);
  if (column + x * N < t.columns && row + y * N < t.rows) {
#pragma unroll
    for (int j = 0; j < N; j++) square[j] = *(const Some *)(from + j * t.from_step);
  }
#pragma unroll
  for (int k = 0; k < N; k++) {
    Some turned;
#pragma unroll
    for (int j = 0; j < N; j++) turned.at[j] = square[j].at[k];
    tile[x * N + k][y ^ x] = turned;
  }
  __syncthreads();
  if (row + x * N >= t.rows) return;
#pragma unroll
  for (int j = 0; j < N; j++) {
    const int k = y + j * SIDE;
    if (column + k < t.columns)
      *(Some *)(at[0] + (column + k) * t.to_step + (row + x * N) * (int64_t)sizeof(T)) =
          tile[k][x ^ k / N];
  }
}

#define TRANSPOSE(bytes, T, N)                                                                     \
  extern "C" __global__ void transpose_##bytes(const __grid_constant__ Transposed t)               \
  {                                                                                                \
    transpose<T>(t);                                                                               \
  }                                                                                                \
  extern "C" __global__ void packed_transpose_##bytes(const __grid_constant__ Transposed t)        \
  {                                                                                                \
    packed_transpose<T, N>(t);                                                                     \
  }

TRANSPOSE(1, uint8_t, 8)
TRANSPOSE(2, uint16_t, 8)
TRANSPOSE(4, uint32_t, 4)
TRANSPOSE(8, uint64_t, 2)
