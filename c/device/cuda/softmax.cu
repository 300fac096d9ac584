/* softmax.cu -- softmax and its kin along rows of any axes.
 *
 * Operands: x, y and for gradients g. Rows are shifted by their maximum before exp; one that is not
 * finite is no shift. */
#include "cuda/prelude.h"

template <typename T, typename Row> __device__ __forceinline__ void softmax(Row row)
{
  T shift;
  const T scale = 1 / exp_sum_keep<T>(row, &shift);
  exp_write(row, shift, [&](int64_t, T y) { return y * scale; });
}

template <typename T, typename Row> __device__ __forceinline__ void log_softmax(const Row row)
{
  T shift;
  const T log_sum = log(exp_sum<T>(row, &shift));
  row.write([&](int64_t, T x, T) { return x - shift - log_sum; });
}

template <typename T, typename Row> __device__ __forceinline__ void logsumexp(const Row row)
{
  T shift;
  const T log_sum = log(exp_sum<T>(row, &shift));
  if (row.number >= 0 && row.rows.first() == 0)
    *(typename Row::Element *)row.at[1] = shift + log_sum;
}

/* y = x (g - sum of g x) */
template <typename T, typename Row> __device__ __forceinline__ void softmax_grad(const Row row)
{
  T sum = 0;
  row.each([&](T x, T g) { sum += x * g; });
  sum = team_all(Add(), row.rows.team, sum);
  row.write([&](int64_t, T x, T g) { return x * (g - sum); });
}

/* y = g - exp(x) sum of g */
template <typename T, typename Row> __device__ __forceinline__ void log_softmax_grad(const Row row)
{
  T sum = 0;
  row.each([&](T, T g) { sum += g; });
  sum = team_all(Add(), row.rows.team, sum);
  row.write([&](int64_t, T x, T g) { return g - exp(x) * sum; });
}

#define KERNEL(name, Row, function, dtype, T, operands)                                            \
  extern "C" __global__ void name##_##dtype(const __grid_constant__ Rows rows)                     \
  {                                                                                                \
    function<typename Is<T>::number>(Row<T, operands>(rows));                                      \
  }
#define KERNELS(name, operands)                                                                    \
  KERNEL(name, LooseRow, name, f32, float, operands)                                               \
  KERNEL(name, LooseRow, name, f64, double, operands)                                              \
  KERNEL(name, LooseRow, name, f16, Half, operands)                                                \
  KERNEL(name, LooseRow, name, bf16, Bfloat, operands)                                             \
  KERNEL(held_##name, HeldRow, name, f32, float, operands)                                         \
  KERNEL(held_##name, HeldRow, name, f64, double, operands)                                        \
  KERNEL(held_##name, HeldRow, name, f16, Half, operands)                                          \
  KERNEL(held_##name, HeldRow, name, bf16, Bfloat, operands)

KERNELS(softmax, 2)
KERNELS(log_softmax, 2)
KERNELS(logsumexp, 2)
KERNELS(softmax_grad, 3)
KERNELS(log_softmax_grad, 3)
