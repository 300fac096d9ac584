/* jacobi.cu -- eigenvalues and singular values by Jacobi's rotations, many at a time.
 *
 * A sweep turns each pair of places once, in rounds of pairs that share no place, as a tournament
 * pairs players. Small matrices are a block's own from the first round to the last; of large ones
 * each round is a launch. Elements are scaled by a power of 2 to at most 1 beforehand.
 * G. Golub, C. Van Loan, Matrix Computations, 4th edition, 8.5 and 8.6.3. */
#include "cuda/prelude.h"

enum { SWEEPS = 60 };

static __device__ __forceinline__ float epsilon(float) { return 1.1920929e-7f; }
static __device__ __forceinline__ double epsilon(double) { return 2.220446049250313e-16; }

/* How many rounds a sweep over n places has; and pair `which` of a round, p < q. q = n is no place. */
static __device__ __forceinline__ int64_t rounds_of(int64_t n) { return n - 1 + n % 2; }
static __device__ __forceinline__ void pair_of(int64_t n, int64_t round, int64_t which, int64_t *p,
                                               int64_t *q)
{
  const int64_t rounds = rounds_of(n);
  int64_t a = (round + which) % rounds, b = (round + rounds - which) % rounds;
  if (which == 0) b = rounds;
  *p = a < b ? a : b;
  *q = a < b ? b : a;
}

/* The rotation by the angle whose tangent is t, 1 at most, that makes a pair diagonal: p' = c p - s q,
 * q' = s p + c q. As 1 - c = s tau, small angles change numbers by little, and rounding by less. */
template <typename T> struct Turn {
  T s, tau, t;
  __device__ Turn() : s(0), tau(0), t(0) {}
  /* From the difference of what stands on the diagonal, and what does beside it. */
  __device__ Turn(T difference, T beside)
  {
    const T zeta = difference / (2 * beside);
    t = (zeta < 0 ? (T)-1 : (T)1) / ((T)fabs(zeta) + sqrt(1 + zeta * zeta));
    const T c = 1 / sqrt(1 + t * t);
    s = t * c;
    tau = s / (1 + c);
  }
  __device__ void apply(T &p, T &q) const
  {
    const T x = p, y = q;
    p = x - s * (y + tau * x);
    q = y + s * (x - tau * y);
  }
};

/* -- Before and after ---------------------------------------------------------------------------- */

/* Scales a matrix; exponents[i] is how to scale back. One with elements that are no numbers becomes
 * zeros, with which the rest can be done. A block for each. */
template <typename T>
__device__ void prepare(const Matrices &a, int *exponents, unsigned long long *bad)
{
  const int64_t i = blockIdx.x, size = a.rows * a.columns;
  T *x = a.column<T>(i, 0), most = 0;
  for (int64_t e = threadIdx.x; e < size; e += blockDim.x) most = Most::of((T)fabs(x[e]), most);
  most = block_all<Most>(most, (T)0);
  const bool finite = most - most == 0;
  int exponent = 0;
  if (finite) frexp(most, &exponent);
  for (int64_t e = threadIdx.x; e < size; e += blockDim.x)
    x[e] = finite ? ldexp(x[e], -exponent) : (T)0;
  if (threadIdx.x > 0) return;
  exponents[i] = exponent;
  if (!finite) note_bad(bad, i, BAD_NOT_FINITE);
}

/* The upper triangle is to be as the lower one. */
template <typename T> __device__ void mirror(const Matrices &a)
{
  const int64_t at = thread_number(), n = a.rows, r = at % n, c = at / n % n, i = at / n / n;
  if (i < a.count && r < c) a.at<T>(i, r, c) = a.at<T>(i, c, r);
}

/* What stands on the diagonals; or how long columns are, a warp for each. */
template <typename T> __device__ void diagonals(const Matrices &a, T *values)
{
  const int64_t at = thread_number();
  if (at < a.count * a.rows) values[at] = a.at<T>(at / a.rows, at % a.rows, at % a.rows);
}
template <typename T> __device__ void lengths(const Matrices &a, T *values)
{
  const int64_t at = thread_number() / 32;
  if (at >= a.count * a.columns) return;
  const T *column = a.column<T>(0, at);
  T sum = 0;
  for (int64_t r = threadIdx.x & 31; r < a.rows; r += 32) sum += column[r] * column[r];
  sum = warp_all<Add>(sum);
  if ((threadIdx.x & 31) == 0) values[at] = sqrt(sum);
}

/* Sorts values into `sorted`, scaled back; order[k] is where the k-th of a matrix was. A thread for
 * each; equal ones keep their order. */
template <typename T>
__device__ void rank(const T *values, int64_t count, int64_t n, int falling, const int *exponents,
                     T *sorted, int *order)
{
  const int64_t at = thread_number(), i = at / n, j = at % n;
  if (i >= count) return;
  const T *all = values + i * n, mine = all[j];
  int64_t place = 0;
  for (int64_t k = 0; k < n; k++)
    place += (falling ? all[k] > mine : all[k] < mine) || (all[k] == mine && k < j);
  sorted[i * n + place] = ldexp(mine, exponents[i]);
  order[i * n + place] = (int)j;
}

/* Columns in that order; each divided by its value where there are values. */
template <typename T>
__device__ void arrange(const Matrices &from, const int *order, const T *values, const Matrices &to)
{
  const int64_t at = thread_number(), r = at % to.rows, j = at / to.rows;
  if (j >= to.count * to.columns) return;
  const int64_t i = j / to.columns, was = order[j];
  const T length = values ? values[i * to.columns + was] : (T)1;
  ((T *)to.data)[at] = from.at<T>(i, r, was) / (length > 0 ? length : (T)1);
}

/* -- Singular values: columns of w = x v are turned, and those of v with them, until they are
 * orthogonal (M. Hestenes 1958). -------------------------------------------------------------------- */

/* Turns pair `which` of a round; whether it had to. A column that is shorter than what rounding leaves
 * of the largest one may be in any direction. By a warp. */
template <typename T>
__device__ bool turn_columns(const Matrices &w, const Matrices &v, int64_t i, int64_t round,
                             int64_t which)
{
  const int64_t n = w.columns, m = w.rows;
  const int lane = threadIdx.x & 31;
  const T eps = epsilon((T)0);
  int64_t p, q;
  pair_of(n, round, which, &p, &q);
  if (q == n) return false;
  T *a = w.column<T>(i, p), *b = w.column<T>(i, q), aa = 0, bb = 0, ab = 0;
  for (int64_t r = lane; r < m; r += 32) {
    aa += a[r] * a[r];
    bb += b[r] * b[r];
    ab += a[r] * b[r];
  }
  aa = warp_all<Add>(aa);
  bb = warp_all<Add>(bb);
  ab = warp_all<Add>(ab);
  const T least = eps * eps / 16, near = eps * (2 + sqrt((T)m));
  if (!(fabs(ab) > near * sqrt(aa) * sqrt(bb)) || aa < least || bb < least) return false;
  const Turn<T> turn(bb - aa, ab);
  for (int64_t r = lane; r < m; r += 32) turn.apply(a[r], b[r]);
  a = v.column<T>(i, p);
  b = v.column<T>(i, q);
  for (int64_t r = lane; r < v.rows; r += 32) turn.apply(a[r], b[r]);
  return true;
}

/* All sweeps over a matrix. A block for each. */
template <typename T>
__device__ void svd_alone(const Matrices &w, const Matrices &v, unsigned long long *bad)
{
  const int64_t n = w.columns, pairs = (n + 1) / 2, rounds = rounds_of(n), i = blockIdx.x;
  for (int sweep = 0; sweep < SWEEPS; sweep++) {
    int turned = 0;
    for (int64_t round = 0; round < rounds; round++) {
      for (int64_t k = threadIdx.x / 32; k < pairs; k += blockDim.x / 32)
        turned |= turn_columns<T>(w, v, i, round, k);
      __syncthreads();
    }
    if (!__syncthreads_or(turned)) return;
  }
  if (threadIdx.x == 0) note_bad(bad, i, BAD_SINGULAR_VALUES);
}

/* One round over all matrices; *turned is set if there was something to turn. A warp for each pair. */
template <typename T>
__device__ void svd_round(const Matrices &w, const Matrices &v, int64_t round, int *turned)
{
  const int64_t pairs = (w.columns + 1) / 2, at = thread_number() / 32;
  if (at >= w.count * pairs) return;
  if (turn_columns<T>(w, v, at / pairs, round, at % pairs) && (threadIdx.x & 31) == 0) *turned = 1;
}

/* -- Eigenvalues: rows and columns of a symmetric matrix are turned until it is diagonal. Two steps a
 * round: the turns are chosen, and then made, for each two pairs on their own. ----------------------- */

/* Whether there is something to turn: more than may be left of n numbers of up to 1. */
template <typename T>
__device__ bool choose_turn(const Matrices &a, int64_t i, int64_t round, int64_t which,
                            Turn<T> *turn)
{
  const int64_t n = a.rows;
  int64_t p, q;
  pair_of(n, round, which, &p, &q);
  const T beside = q < n ? a.at<T>(i, p, q) : (T)0;
  const bool turns = fabs(beside) > epsilon((T)0) / (4 * n);
  *turn = turns ? Turn<T>(a.at<T>(i, q, q) - a.at<T>(i, p, p), beside) : Turn<T>();
  return turns;
}

/* Turns what stands where the rows of pair k meet the columns of pair l. */
template <typename T>
__device__ void turn_both(const Matrices &a, int64_t i, int64_t round, int64_t k, int64_t l,
                          const Turn<T> *turns)
{
  const int64_t n = a.rows;
  int64_t row[2], column[2];
  pair_of(n, round, k, &row[0], &row[1]);
  pair_of(n, round, l, &column[0], &column[1]);
  if (turns[k].s == 0 && turns[l].s == 0) return;
  if (k == l) {
    const T by = turns[k].t * a.at<T>(i, row[0], row[1]);
    a.at<T>(i, row[0], row[0]) -= by;
    a.at<T>(i, row[1], row[1]) += by;
    a.at<T>(i, row[0], row[1]) = a.at<T>(i, row[1], row[0]) = 0;
    return;
  }
  T x[2][2];
  for (int g = 0; g < 2; g++)
    for (int h = 0; h < 2; h++)
      x[g][h] = row[g] < n && column[h] < n ? a.at<T>(i, row[g], column[h]) : (T)0;
  for (int g = 0; g < 2; g++) turns[l].apply(x[g][0], x[g][1]);
  for (int h = 0; h < 2; h++) turns[k].apply(x[0][h], x[1][h]);
  for (int g = 0; g < 2; g++)
    for (int h = 0; h < 2; h++)
      if (row[g] < n && column[h] < n) a.at<T>(i, row[g], column[h]) = x[g][h];
}

/* Part e of making the turns of matrix i: those of a, k by k, and then those of v's rows. */
template <typename T>
__device__ void make_turn(const Matrices &a, const Matrices &v, int64_t i, int64_t round, int64_t e,
                          const Turn<T> *turns)
{
  const int64_t n = a.rows, pairs = (n + 1) / 2;
  if (e < pairs * pairs) {
    turn_both(a, i, round, e % pairs, e / pairs, turns);
    return;
  }
  const int64_t l = (e - pairs * pairs) / n, r = (e - pairs * pairs) % n;
  int64_t p, q;
  pair_of(n, round, l, &p, &q);
  if (turns[l].s != 0) turns[l].apply(v.at<T>(i, r, p), v.at<T>(i, r, q));
}

/* All sweeps over a matrix. A block for each. */
template <typename T>
__device__ void eigen_alone(const Matrices &a, const Matrices &v, Turn<T> *turns,
                            unsigned long long *bad)
{
  const int64_t n = a.rows, pairs = (n + 1) / 2, rounds = rounds_of(n), i = blockIdx.x;
  Turn<T> *mine = turns + pairs * i;
  for (int sweep = 0; sweep < SWEEPS; sweep++) {
    int turned = 0;
    for (int64_t round = 0; round < rounds; round++) {
      for (int64_t k = threadIdx.x; k < pairs; k += blockDim.x)
        turned |= choose_turn(a, i, round, k, mine + k);
      __syncthreads();
      for (int64_t e = threadIdx.x; e < pairs * (pairs + n); e += blockDim.x)
        make_turn(a, v, i, round, e, mine);
      __syncthreads();
    }
    if (!__syncthreads_or(turned)) return;
  }
  if (threadIdx.x == 0) note_bad(bad, i, BAD_EIGENVALUES);
}

/* The steps of one round over all matrices, a thread for each pair, and for each part of a turn. */
template <typename T>
__device__ void eigen_choose(const Matrices &a, int64_t round, Turn<T> *turns, int *turned)
{
  const int64_t pairs = (a.rows + 1) / 2, at = thread_number();
  if (at < a.count * pairs && choose_turn(a, at / pairs, round, at % pairs, turns + at))
    *turned = 1;
}
template <typename T>
__device__ void eigen_turn(const Matrices &a, const Matrices &v, int64_t round,
                           const Turn<T> *turns)
{
  const int64_t pairs = (a.rows + 1) / 2, parts = pairs * (pairs + a.rows);
  const int64_t at = thread_number(), i = at / parts;
  if (i < a.count) make_turn(a, v, i, round, at % parts, turns + pairs * i);
}

#define KERNELS(dtype, T)                                                                          \
  extern "C" __global__ void prepare_##dtype(const Matrices a, int *exponents,                     \
                                             unsigned long long *bad)                              \
  {                                                                                                \
    prepare<T>(a, exponents, bad);                                                                 \
  }                                                                                                \
  extern "C" __global__ void mirror_##dtype(const Matrices a) { mirror<T>(a); }                    \
  extern "C" __global__ void diagonals_##dtype(const Matrices a, T *values)                        \
  {                                                                                                \
    diagonals<T>(a, values);                                                                       \
  }                                                                                                \
  extern "C" __global__ void lengths_##dtype(const Matrices a, T *values)                          \
  {                                                                                                \
    lengths<T>(a, values);                                                                         \
  }                                                                                                \
  extern "C" __global__ void rank_##dtype(const T *values, int64_t count, int64_t n, int falling,  \
                                          const int *exponents, T *sorted, int *order)             \
  {                                                                                                \
    rank<T>(values, count, n, falling, exponents, sorted, order);                                  \
  }                                                                                                \
  extern "C" __global__ void arrange_##dtype(const Matrices from, const int *order,                \
                                             const T *values, const Matrices to)                   \
  {                                                                                                \
    arrange<T>(from, order, values, to);                                                           \
  }                                                                                                \
  extern "C" __global__ void svd_alone_##dtype(const Matrices w, const Matrices v,                 \
                                               unsigned long long *bad)                            \
  {                                                                                                \
    svd_alone<T>(w, v, bad);                                                                       \
  }                                                                                                \
  extern "C" __global__ void svd_round_##dtype(const Matrices w, const Matrices v, int64_t round,  \
                                               int *turned)                                        \
  {                                                                                                \
    svd_round<T>(w, v, round, turned);                                                             \
  }                                                                                                \
  extern "C" __global__ void eigen_alone_##dtype(const Matrices a, const Matrices v,               \
                                                 Turn<T> *turns, unsigned long long *bad)          \
  {                                                                                                \
    eigen_alone<T>(a, v, turns, bad);                                                              \
  }                                                                                                \
  extern "C" __global__ void eigen_choose_##dtype(const Matrices a, int64_t round, Turn<T> *turns, \
                                                  int *turned)                                     \
  {                                                                                                \
    eigen_choose<T>(a, round, turns, turned);                                                      \
  }                                                                                                \
  extern "C" __global__ void eigen_turn_##dtype(const Matrices a, const Matrices v, int64_t round, \
                                                const Turn<T> *turns)                              \
  {                                                                                                \
    eigen_turn<T>(a, v, round, turns);                                                             \
  }

KERNELS(f32, float)
KERNELS(f64, double)
