/* normalize.cu -- normalization over any axes, and what x gets of the gradient. Elements E are computed
 * with as T, and means and variances are of type T. */
#include "cuda/prelude.h"

/* The sum along the row of this thread's team of what f gives for each place. */
template <typename F> __device__ __forceinline__ double row_sum(const Rows &rows, F f)
{
  double sum = 0;
  for (int64_t i = rows.first(); i < rows.length; i += rows.step()) sum += f(i);
  return team_all(Add(), rows.team, sum);
}

/* Operands: x, y, gamma, beta. Means and variances are computed unless they are given. */
template <typename E, typename T>
__device__ __forceinline__ void normalize(const Rows &rows, int centred, int given, double eps,
                                          int has_gamma, int has_beta, T *means, T *vars)
{
  char *at[4];
  const int64_t row = rows.mine<4>(at);
  T mean = 0, var = 0;
  if (given) {
    if (row >= 0) mean = means[row], var = vars[row];
  } else {
    auto x = [&](int64_t i) {
      char *here[1];
      rows.element<1>(at, i, here);
      return (double)(T) * (const E *)here[0];
    };
    const double m = centred ? row_sum(rows, x) / (double)rows.length : 0;
    const double square = row_sum(rows, [&](int64_t i) { return (x(i) - m) * (x(i) - m); });
    mean = (T)m;
    var = (T)(square / (double)rows.length);
    if (row >= 0 && rows.first() == 0) means[row] = mean, vars[row] = var;
  }
  if (row < 0) return;
  const T scale = inverse_deviation(var, eps);
  for (int64_t i = rows.first(); i < rows.length; i += rows.step()) {
    char *here[4];
    rows.element<4>(at, i, here);
    const T by = has_gamma ? scale * (T) * (const E *)here[2] : scale;
    const T y = ((T) * (const E *)here[0] - mean) * by;
    *(E *)here[1] = (E)(has_beta ? y + (T) * (const E *)here[3] : y);
  }
}

/* Operands: x, gx, gamma, g. With h = g gamma and z the normalized x:
 * gx = (h - the mean of h - z times the mean of h z) / sqrt(var + eps), without the mean of h if not
 * centred. */
template <typename E, typename T>
__device__ __forceinline__ void normalize_grad(const Rows &rows, int centred, double eps,
                                               int has_gamma, const T *means, const T *vars)
{
  char *at[4];
  const int64_t row = rows.mine<4>(at), known = row < 0 ? rows.count - 1 : row;
  const T mean = means[known], scale = inverse_deviation(vars[known], eps);
  char *here[4];
  auto h = [&](int64_t i) {
    rows.element<4>(at, i, here);
    const T g = (T) * (const E *)here[3];
    return has_gamma ? g * (T) * (const E *)here[2] : g;
  };
  const double count = (double)rows.length;
  const T of_h = centred ? (T)(row_sum(rows, [&](int64_t i) { return (double)h(i); }) / count) : 0;
  const T of_hz = (T)(row_sum(rows,
                              [&](int64_t i) {
                                const T own = h(i);
                                return (double)(own * (((T) * (const E *)here[0] - mean) * scale));
                              }) /
                      count);
  if (row < 0) return;
  for (int64_t i = rows.first(); i < rows.length; i += rows.step()) {
    const T own = h(i), z = ((T) * (const E *)here[0] - mean) * scale;
    *(E *)here[1] = (E)(scale * (own - of_h - z * of_hz));
  }
}

/* -- Rows that a block's threads hold -------------------------------------------------------------- */

/* gamma and beta along the same rows: operands 1 and 2, of which each may be missing. They are read by
 * packs, or each is one number for all of a pack. */
struct Beside {
  Rows rows;
  int gamma, beta, packs;
};

/* gamma and beta for the row with a number. */
template <typename E> struct Parameters {
  enum { EACH = 16 / sizeof(E) };
  typedef Pack<E, EACH> Some;
  const Beside &beside;
  char *at[3];

  __device__ Parameters(const Beside &b, int64_t row) : beside(b)
  {
    b.rows.begin<3>(row < 0 ? 0 : row, at);
  }
  /* Those of the pack from place i on; one that is missing is not set. */
  __device__ __forceinline__ void of(int i, Some *gamma, Some *beta) const
  {
    if (beside.packs) {
      if (beside.gamma) *gamma = *(const Some *)((const E *)at[1] + i);
      if (beside.beta) *beta = *(const Some *)((const E *)at[2] + i);
      return;
    }
    const Steps to = steps(beside.rows.gone, (uint32_t)i);
#pragma unroll
    for (int k = 0; k < EACH; k++) {
      gamma->at[k] = *(const E *)(at[1] + to.gamma);
      beta->at[k] = *(const E *)(at[2] + to.beta);
    }
  }

private:
  struct Steps {
    int64_t gamma, beta;
  };
  static __device__ __noinline__ Steps steps(const Loop &gone, uint32_t i)
  {
    char *here[3];
    gone.find<3>(i, here);
    return { (int64_t)here[1], (int64_t)here[2] };
  }
};

/* Operands of the row: x, y. */
template <typename E, typename T>
__device__ __forceinline__ void held_normalize(const HeldRow<E, 2> row, const Beside &beside,
                                               int centred, int given, double eps, T *means,
                                               T *vars)
{
  typedef typename HeldRow<E, 2>::Some Some;
  const Team &team = row.rows.team;
  const T count = (T)row.rows.length;
  const Parameters<E> parameters(beside, row.number);
  T mean = 0, var = 0;
  if (given) {
    if (row.number >= 0) mean = means[row.number], var = vars[row.number];
  } else {
    T sum = 0, square = 0;
    if (centred) {
      row.each([&](T x, T) { sum += x; });
      mean = team_all(Add(), team, sum) / count;
    }
    row.each([&](T x, T) { square += (x - mean) * (x - mean); });
    var = team_all(Add(), team, square) / count;
    if (row.number >= 0 && row.rows.first() == 0) means[row.number] = mean, vars[row.number] = var;
  }
  const T scale = inverse_deviation(var, eps);
  row.write_packs([&](int i, const Some &x, const Some &) {
    Some gamma, beta, y;
    parameters.of(i, &gamma, &beta);
#pragma unroll
    for (int k = 0; k < 16 / (int)sizeof(E); k++) {
      const T by = beside.gamma ? scale * (T)gamma.at[k] : scale, z = ((T)x.at[k] - mean) * by;
      y.at[k] = (E)(beside.beta ? z + (T)beta.at[k] : z);
    }
    return y;
  });
}

template <typename T> struct Two {
  T a, b;
  __device__ Two operator+(Two other) const { return { a + other.a, b + other.b }; }
};
template <typename T> __device__ __forceinline__ Two<T> shuffled(Two<T> x, int by)
{
  return { shuffled(x.a, by), shuffled(x.b, by) };
}

/* Operands of the row: x, gx, g. See normalize_grad. */
template <typename E, typename T>
__device__ __forceinline__ void held_normalize_grad(const HeldRow<E, 3> row, const Beside &beside,
                                                    int centred, double eps, const T *means,
                                                    const T *vars)
{
  enum { EACH = 16 / sizeof(E) };
  typedef typename HeldRow<E, 3>::Some Some;
  const int64_t known = row.number < 0 ? 0 : row.number;
  const T mean = means[known], scale = inverse_deviation(vars[known], eps),
          count = (T)row.rows.length;
  const Parameters<E> parameters(beside, row.number);
  auto h = [&](int i, const Some &g) {
    Pack<T, EACH> own;
    Some gamma, beta;
    parameters.of(i, &gamma, &beta);
#pragma unroll
    for (int k = 0; k < EACH; k++)
      own.at[k] = beside.gamma ? (T)g.at[k] * (T)gamma.at[k] : (T)g.at[k];
    return own;
  };
  Two<T> sums = { 0, 0 };
  row.each_pack([&](int i, const Some &x, const Some &g) {
    const Pack<T, EACH> own = h(i, g);
#pragma unroll
    for (int k = 0; k < EACH; k++) {
      sums.a += own.at[k];
      sums.b += own.at[k] * (((T)x.at[k] - mean) * scale);
    }
  });
  sums = team_all(Add(), row.rows.team, sums);
  const T of_h = centred ? sums.a / count : (T)0, of_hz = sums.b / count;
  row.write_packs([&](int i, const Some &x, const Some &g) {
    const Pack<T, EACH> own = h(i, g);
    Some y;
#pragma unroll
    for (int k = 0; k < EACH; k++) {
      const T z = ((T)x.at[k] - mean) * scale;
      y.at[k] = (E)(scale * (own.at[k] - of_h - z * of_hz));
    }
    return y;
  });
}

#define KERNELS(dtype, E, T)                                                                       \
  extern "C" __global__ void normalize_##dtype(const __grid_constant__ Rows rows, int centred,     \
                                               int given, double eps, int has_gamma, int has_beta, \
                                               T *means, T *vars)                                  \
  {                                                                                                \
    normalize<E>(rows, centred, given, eps, has_gamma, has_beta, means, vars);                     \
  }                                                                                                \
  extern "C" __global__ void normalize_grad_##dtype(const __grid_constant__ Rows rows,             \
                                                    int centred, double eps, int has_gamma,        \
                                                    const T *means, const T *vars)                 \
  {                                                                                                \
    normalize_grad<E>(rows, centred, eps, has_gamma, means, vars);                                 \
  }                                                                                                \
  extern "C" __global__ void held_normalize_##dtype(                                               \
      const __grid_constant__ Rows rows, const __grid_constant__ Beside beside, int centred,       \
      int given, double eps, T *means, T *vars)                                                    \
  {                                                                                                \
    held_normalize(HeldRow<E, 2>(rows), beside, centred, given, eps, means, vars);                 \
  }                                                                                                \
  extern "C" __global__ void __launch_bounds__(256, 2) held_normalize_grad_##dtype(                \
      const __grid_constant__ Rows rows, const __grid_constant__ Beside beside, int centred,       \
      double eps, const T *means, const T *vars)                                                   \
  {                                                                                                \
    held_normalize_grad(HeldRow<E, 3>(rows), beside, centred, eps, means, vars);                   \
  }

KERNELS(f32, float, float)
KERNELS(f64, double, double)
KERNELS(f16, Half, float)
KERNELS(bf16, Bfloat, float)
