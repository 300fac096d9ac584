/* factor.cu -- triangular factors of matrices, by panels of 32 columns, and systems solved by them.
 *
 * A panel is worked off by one block for each matrix; what that means for the rest of the matrix is a
 * triangle for each column of 32 numbers, which a warp solves, and a product that is subtracted. */
#include "cuda/prelude.h"

enum { PANEL = 32 };

/* The larger one that is a number. */
struct Larger {
  template <typename T> static __device__ T of(T a, T b) { return a > b || b != b ? a : b; }
};

/* Columns from, ... of the panel: L below the diagonal, which is 1 there, and U. pivots[k] is the row
 * that changed places with row k: the first one with the largest number. */
template <typename T>
__device__ void eliminate(const Matrices &a, int64_t from, int *pivots, unsigned long long *bad)
{
  const int64_t n = a.rows, i = blockIdx.x, to = from + PANEL < n ? from + PANEL : n;
  T *first = a.column<T>(i, 0);
  for (int64_t k = from; k < to; k++) {
    T *column = first + k * n, most = -1, mine = -1;
    int64_t where = n;
    for (int64_t r = k + threadIdx.x; r < n; r += blockDim.x)
      if (fabs(column[r]) > mine) mine = fabs(column[r]), where = r;
    most = block_all<Larger>(mine, (T)-1);
    where = block_all<Least>(mine == most ? where : n, n);
    if (where == n) where = k; /* nothing but NaN */
    if (threadIdx.x == 0) {
      pivots[i * n + k] = (int)where;
      if (most == 0) note_bad(bad, i, BAD_SINGULAR); /* column[where] may be on its way already */
    }
    if (where != k) {
      for (int64_t c = from + threadIdx.x; c < to; c += blockDim.x) {
        const T x = first[c * n + k];
        first[c * n + k] = first[c * n + where];
        first[c * n + where] = x;
      }
    }
    __syncthreads();
    const T pivot = column[k];
    if (pivot != 0)
      for (int64_t r = k + 1 + threadIdx.x; r < n; r += blockDim.x) column[r] /= pivot;
    __syncthreads();
    const int64_t rows = n - k - 1, all = rows * (to - k - 1);
    for (int64_t e = threadIdx.x; e < all; e += blockDim.x) {
      const int64_t r = k + 1 + e % rows;
      T *other = column + (1 + e / rows) * n;
      other[r] -= column[r] * other[k];
    }
    __syncthreads();
  }
}

/* The rows of b that changed places in columns from, ... below `to`, but not in b's columns
 * left, ... below right. A thread for each column. */
template <typename T>
__device__ void exchange(const Matrices &b, const int *pivots, int64_t from, int64_t to,
                         int64_t left, int64_t right)
{
  const int64_t at = thread_number(), i = at / b.columns, j = at % b.columns;
  if (i >= b.count || (j >= left && j < right)) return;
  T *column = b.column<T>(i, j);
  for (int64_t k = from; k < to; k++) {
    const int other = pivots[i * b.rows + k];
    const T x = column[k];
    column[k] = column[other];
    column[other] = x;
  }
}

/* Numbers that lie `step` apart from one matrix to the next, and `row` and `column` within one. */
struct Factor {
  char *data;
  int64_t step, row, column;

  template <typename T> __device__ __forceinline__ T *matrix(int64_t i) const
  {
    return (T *)data + i * step;
  }
};

enum { LOWER_OF_ONES, LOWER, UPPER };

/* b = t^-1 b, for triangles t and blocks b of up to 32 rows. A warp for each column. */
template <typename T>
__device__ void substitute(const Factor &t, const Factor &b, int64_t count, int64_t columns,
                           int width, int kind)
{
  const int64_t at = thread_number() / 32, i = at / columns, j = at % columns;
  if (i >= count) return;
  const int lane = threadIdx.x % 32, row = lane < width ? lane : width - 1;
  const T *mine = t.matrix<T>(i) + row * t.row;
  T *to = b.matrix<T>(i) + j * b.column + row * b.row, x = *to;
  for (int p = 0; p < width; p++) {
    const int k = kind == UPPER ? width - 1 - p : p;
    const bool is_later = kind == UPPER ? row < k : row > k;
    if (kind != LOWER_OF_ONES && row == k) x /= mine[k * t.column];
    const T known = __shfl_sync(0xffffffffu, x, k);
    if (is_later) x -= mine[k * t.column] * known;
  }
  if (lane < width) *to = x;
}

/* c -= a b, where c is m x n and a has up to 32 columns; `lower`: only where tiles of c are not above
 * its diagonal. A block for each tile. */
template <typename T>
__device__ void subtract(const Factor &a, const Factor &b, const Factor &c, int64_t m, int64_t n,
                         int width, int lower)
{
  __shared__ T as[PANEL][PANEL + 1], bs[PANEL][PANEL + 1];
  const int64_t down = (m + PANEL - 1) / PANEL, across = (n + PANEL - 1) / PANEL;
  const int64_t i = blockIdx.x / (down * across), tile = blockIdx.x % (down * across);
  const int64_t top = tile % down * PANEL, left = tile / down * PANEL;
  const int lane = threadIdx.x % PANEL, first = threadIdx.x / PANEL, step = blockDim.x / PANEL;
  if (lower && left > top) return;
  const T *from_a = a.matrix<T>(i), *from_b = b.matrix<T>(i);
  for (int p = first; p < PANEL; p += step) {
    as[p][lane] = p < width && top + lane < m ? from_a[(top + lane) * a.row + p * a.column] : (T)0;
    bs[p][lane] =
        p < width && left + lane < n ? from_b[p * b.row + (left + lane) * b.column] : (T)0;
  }
  __syncthreads();
  for (int j = first; j < PANEL; j += step) {
    T sum = 0;
    for (int p = 0; p < width; p++) sum += as[p][lane] * bs[p][j];
    if (top + lane < m && left + j < n)
      c.matrix<T>(i)[(top + lane) * c.row + (left + j) * c.column] -= sum;
  }
}

/* The lower root of the block of up to 32 x 32 on the diagonal from `from` on. */
template <typename T> __device__ void root(const Matrices &a, int64_t from, unsigned long long *bad)
{
  const int64_t n = a.rows, i = blockIdx.x;
  const int width = (int)(from + PANEL < n ? PANEL : n - from);
  T *block = a.column<T>(i, from) + from;
  for (int k = 0; k < width; k++) {
    T *column = block + k * n;
    const T d = column[k], pivot = sqrt(d);
    __syncthreads();
    if (threadIdx.x == 0) {
      if (d <= 0) note_bad(bad, i, BAD_NOT_POSITIVE);
      column[k] = pivot;
    }
    for (int r = k + 1 + threadIdx.x; r < width; r += blockDim.x) column[r] /= pivot;
    __syncthreads();
    for (int e = threadIdx.x; e < width * width; e += blockDim.x) {
      const int r = e % width, c = e / width;
      if (c > k && r >= c) block[c * n + r] -= column[r] * column[c];
    }
    __syncthreads();
  }
}

/* Zeros above the diagonal of square matrices. */
template <typename T> __device__ void keep_lower(const Matrices &a)
{
  const int64_t at = thread_number(), r = at % a.rows, j = at / a.rows;
  if (j < a.count * a.columns && r < j % a.columns) ((T *)a.data)[at] = 0;
}

/* The product of U's diagonal, with a change of sign for each row that moved. */
template <typename T> __device__ void determinant(const Matrices &a, const int *pivots, T *y)
{
  const int64_t i = thread_number();
  if (i >= a.count) return;
  double d = 1;
  for (int64_t k = 0; k < a.rows; k++) {
    const double u = (double)a.at<T>(i, k, k);
    d *= pivots[i * a.rows + k] == k ? u : -u;
  }
  y[i] = (T)d;
}

#define KERNELS(dtype, T)                                                                          \
  extern "C" __global__ void eliminate_##dtype(const Matrices a, int64_t from, int *pivots,        \
                                               unsigned long long *bad)                            \
  {                                                                                                \
    eliminate<T>(a, from, pivots, bad);                                                            \
  }                                                                                                \
  extern "C" __global__ void exchange_##dtype(const Matrices b, const int *pivots, int64_t from,   \
                                              int64_t to, int64_t left, int64_t right)             \
  {                                                                                                \
    exchange<T>(b, pivots, from, to, left, right);                                                 \
  }                                                                                                \
  extern "C" __global__ void substitute_##dtype(const Factor t, const Factor b, int64_t count,     \
                                                int64_t columns, int width, int kind)              \
  {                                                                                                \
    substitute<T>(t, b, count, columns, width, kind);                                              \
  }                                                                                                \
  extern "C" __global__ void subtract_##dtype(const Factor a, const Factor b, const Factor c,      \
                                              int64_t m, int64_t n, int width, int lower)          \
  {                                                                                                \
    subtract<T>(a, b, c, m, n, width, lower);                                                      \
  }                                                                                                \
  extern "C" __global__ void root_##dtype(const Matrices a, int64_t from, unsigned long long *bad) \
  {                                                                                                \
    root<T>(a, from, bad);                                                                         \
  }                                                                                                \
  extern "C" __global__ void keep_lower_##dtype(const Matrices a) { keep_lower<T>(a); }            \
  extern "C" __global__ void determinant_##dtype(const Matrices a, const int *pivots, T *y)        \
  {                                                                                                \
    determinant<T>(a, pivots, y);                                                                  \
  }

KERNELS(f32, float)
KERNELS(f64, double)
