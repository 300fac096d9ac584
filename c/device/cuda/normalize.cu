/* normalize.cu -- normalization over any axes, and its gradients. Elements E are computed with as T, and
 * means and variances are of type T. */
#include "cuda/prelude.h"

/* The sum along the row of this thread's team of what f gives for each place. */
template <typename F> __device__ __forceinline__ double row_sum(const Rows &rows, F f)
{
  double sum = 0;
  for (int64_t i = rows.first(); i < rows.length; i += rows.step()) sum += f(i);
  return team_all(Add(), rows.team, sum);
}

template <typename T> __device__ __forceinline__ T inverse(T var, double eps)
{
  return (T)(1 / sqrt((double)var + eps));
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
  const T scale = inverse(var, eps);
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
  const T mean = means[known], scale = inverse(vars[known], eps);
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

/* Operands: x, g, mean, var; rows are along the axes that gamma repeats. ggamma is the sum of g z,
 * gbeta that of g; each may be NULL. */
template <typename E, typename T>
__device__ __forceinline__ void affine_grad(const Rows &rows, double eps, E *ggamma, E *gbeta)
{
  char *at[4], *here[4];
  const int64_t row = rows.mine<4>(at);
  double product = 0, sum = 0;
  for (int64_t i = rows.first(); i < rows.length; i += rows.step()) {
    rows.element<4>(at, i, here);
    const T g = (T) * (const E *)here[1], x = (T) * (const E *)here[0];
    sum += (double)g;
    product +=
        (double)(g * ((x - *(const T *)here[2]) * inverse(*(const T *)here[3], eps)));
  }
  product = team_all(Add(), rows.team, product);
  sum = team_all(Add(), rows.team, sum);
  if (row < 0 || rows.first() > 0) return;
  if (ggamma) ggamma[row] = Cast<E, double>::of(product);
  if (gbeta) gbeta[row] = Cast<E, double>::of(sum);
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
  extern "C" __global__ void affine_grad_##dtype(const __grid_constant__ Rows rows, double eps,    \
                                                 E *ggamma, E *gbeta)                              \
  {                                                                                                \
    affine_grad<E, T>(rows, eps, ggamma, gbeta);                                                   \
  }

KERNELS(f32, float, float)
KERNELS(f64, double, double)
KERNELS(f16, Half, float)
KERNELS(bf16, Bfloat, float)
