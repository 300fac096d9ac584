/* softmax.cu -- softmax and its kin along rows of any axes.
 *
 * Operands: x, y and for gradients g. Rows are shifted by their maximum before exp; one that is not
 * finite is no shift. */
#include "cuda/prelude.h"

template <typename T> __device__ __forceinline__ void softmax(const Rows &rows)
{
  char *at[2], *here[2];
  T shift;
  const bool is_there = rows.mine<2>(at) >= 0;
  const T scale = 1 / exp_sum(rows, at, &shift);
  if (!is_there) return;
  for (int64_t i = rows.first(); i < rows.length; i += rows.step()) {
    rows.element<2>(at, i, here);
    *(T *)here[1] = exp(*(const T *)here[0] - shift) * scale;
  }
}

template <typename T> __device__ __forceinline__ void log_softmax(const Rows &rows)
{
  char *at[2], *here[2];
  T shift;
  const bool is_there = rows.mine<2>(at) >= 0;
  const T log_sum = log(exp_sum(rows, at, &shift));
  if (!is_there) return;
  for (int64_t i = rows.first(); i < rows.length; i += rows.step()) {
    rows.element<2>(at, i, here);
    *(T *)here[1] = *(const T *)here[0] - shift - log_sum;
  }
}

template <typename T> __device__ __forceinline__ void logsumexp(const Rows &rows)
{
  char *at[2];
  T shift;
  const bool is_there = rows.mine<2>(at) >= 0;
  const T log_sum = log(exp_sum(rows, at, &shift));
  if (is_there && rows.first() == 0) *(T *)at[1] = shift + log_sum;
}

/* y = x (g - sum of g x) */
template <typename T> __device__ __forceinline__ void softmax_grad(const Rows &rows)
{
  char *at[3], *here[3];
  T sum = 0;
  const bool is_there = rows.mine<3>(at) >= 0;
  for (int64_t i = rows.first(); i < rows.length; i += rows.step()) {
    rows.element<3>(at, i, here);
    sum += *(const T *)here[0] * *(const T *)here[2];
  }
  sum = team_all(Add(), rows.team, sum);
  if (!is_there) return;
  for (int64_t i = rows.first(); i < rows.length; i += rows.step()) {
    rows.element<3>(at, i, here);
    *(T *)here[1] = *(const T *)here[0] * (*(const T *)here[2] - sum);
  }
}

/* y = g - exp(x) sum of g */
template <typename T> __device__ __forceinline__ void log_softmax_grad(const Rows &rows)
{
  char *at[3], *here[3];
  T sum = 0;
  const bool is_there = rows.mine<3>(at) >= 0;
  for (int64_t i = rows.first(); i < rows.length; i += rows.step()) {
    rows.element<3>(at, i, here);
    sum += *(const T *)here[2];
  }
  sum = team_all(Add(), rows.team, sum);
  if (!is_there) return;
  for (int64_t i = rows.first(); i < rows.length; i += rows.step()) {
    rows.element<3>(at, i, here);
    *(T *)here[1] = *(const T *)here[2] - exp(*(const T *)here[0]) * sum;
  }
}

#define KERNEL(name)                                                                               \
  extern "C" __global__ void name##_f32(const __grid_constant__ Rows rows) { name<float>(rows); }  \
  extern "C" __global__ void name##_f64(const __grid_constant__ Rows rows) { name<double>(rows); }

KERNEL(softmax)
KERNEL(log_softmax)
KERNEL(logsumexp)
KERNEL(softmax_grad)
KERNEL(log_softmax_grad)
