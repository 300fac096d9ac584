/* reflect.cu -- orthogonal matrices as products of Householder's reflections H = I - tau v v'.
 *
 * v of reflection k has a 1 at place k, zeros above, and the rest where zeros come to stand in column
 * k. A lane of a warp looks after every 32nd row, the same ones whatever the reflection, so that it
 * reads nothing that another one has written. */
#include "cuda/prelude.h"

enum { PANEL = 32 };

/* H times a column of m numbers, by a warp. */
template <typename T>
__device__ __forceinline__ void reflect(const T *v, T tau, int64_t k, int64_t m, T *column)
{
  const int64_t first = k + ((threadIdx.x - k) & 31);
  T sum = 0;
  if (tau == 0) return;
  for (int64_t r = first; r < m; r += 32) sum += (r == k ? (T)1 : v[r]) * column[r];
  sum = tau * warp_all<Add>(sum);
  for (int64_t r = first; r < m; r += 32) column[r] -= sum * (r == k ? (T)1 : v[r]);
}

/* The reflection that leaves zeros in column k below the diagonal: v and tau as LAPACK's larfg has
 * them, with lengths of numbers that are 1 at most. Every thread of the block must call it. */
template <typename T> __device__ void make_reflection(T *column, int64_t k, int64_t m, T *tau)
{
  T most = 0, sum = 0;
  for (int64_t r = k + 1 + threadIdx.x; r < m; r += blockDim.x)
    most = Most::of((T)fabs(column[r]), most);
  most = block_all<Most>(most, (T)0);
  const T alpha = column[k], largest = Most::of((T)fabs(alpha), most);
  for (int64_t r = k + 1 + threadIdx.x; r < m; r += blockDim.x) {
    const T x = column[r] / largest;
    sum += x * x;
  }
  sum = block_all<Add>(sum, (T)0);
  if (most == 0) {
    if (threadIdx.x == 0) *tau = 0;
    return;
  }
  const T a = alpha / largest, length = largest * sqrt(a * a + sum);
  const T beta = alpha < 0 ? length : -length;
  for (int64_t r = k + 1 + threadIdx.x; r < m; r += blockDim.x) column[r] /= alpha - beta;
  if (threadIdx.x == 0) {
    *tau = (beta - alpha) / beta;
    column[k] = beta;
  }
}

/* Reflections for the columns from, ... of a panel, applied within it. A block for each matrix. */
template <typename T>
__device__ void find_panel(const Matrices &a, int64_t from, int64_t to, T *taus)
{
  const int64_t m = a.rows, i = blockIdx.x;
  const int64_t steps = a.rows < a.columns ? a.rows : a.columns;
  const int warp = threadIdx.x / 32, warps = blockDim.x / 32;
  for (int64_t k = from; k < to; k++) {
    T *column = a.column<T>(i, k);
    make_reflection(column, k, m, taus + i * steps + k);
    __syncthreads();
    for (int64_t j = k + 1 + warp; j < to; j += warps)
      reflect(column, taus[i * steps + k], k, m, a.column<T>(i, j));
    __syncthreads();
  }
}

/* Reflections from ... below `to`, or these backwards, of the columns of c from `first` on. A warp for
 * each column. */
template <typename T>
__device__ void apply(const Matrices &a, const T *taus, int64_t from, int64_t to, int backwards,
                      const Matrices &c, int64_t first)
{
  const int64_t columns = c.columns - first, at = thread_number() / 32;
  const int64_t i = at / columns, steps = a.rows < a.columns ? a.rows : a.columns;
  if (i >= c.count) return;
  T *column = c.column<T>(i, first + at % columns);
  for (int64_t s = 0; s < to - from; s++) {
    const int64_t k = backwards ? to - 1 - s : from + s;
    reflect(a.column<T>(i, k), taus[i * steps + k], k, a.rows, column);
  }
}

/* Columns of the identity; `positive`: of minus it where the diagonal of r, which `a` has, is
 * negative. */
template <typename T> __device__ void start(const Matrices &a, int positive, const Matrices &q)
{
  const int64_t at = thread_number(), r = at % q.rows, c = at / q.rows % q.columns,
                i = at / q.rows / q.columns;
  if (i >= q.count) return;
  const bool flips = positive && r < a.columns && a.at<T>(i, r, r < a.columns ? r : 0) < 0;
  ((T *)q.data)[at] = r != c ? (T)0 : flips ? (T)-1 : (T)1;
}

/* r = the upper triangle of the first rows. */
template <typename T> __device__ void take_r(const Matrices &a, T *r)
{
  const int64_t at = thread_number(), n = a.columns, j = at % n, row = at / n % n, i = at / n / n;
  if (i < a.count) r[at] = row <= j ? a.at<T>(i, row, j) : (T)0;
}

#define KERNELS(dtype, T)                                                                          \
  extern "C" __global__ void find_panel_##dtype(const Matrices a, int64_t from, int64_t to,        \
                                                T *taus)                                           \
  {                                                                                                \
    find_panel<T>(a, from, to, taus);                                                              \
  }                                                                                                \
  extern "C" __global__ void apply_##dtype(const Matrices a, const T *taus, int64_t from,          \
                                           int64_t to, int backwards, const Matrices c,            \
                                           int64_t first)                                          \
  {                                                                                                \
    apply<T>(a, taus, from, to, backwards, c, first);                                              \
  }                                                                                                \
  extern "C" __global__ void start_##dtype(const Matrices a, int positive, const Matrices q)       \
  {                                                                                                \
    start<T>(a, positive, q);                                                                      \
  }                                                                                                \
  extern "C" __global__ void take_r_##dtype(const Matrices a, T *r) { take_r<T>(a, r); }

KERNELS(f32, float)
KERNELS(f64, double)
