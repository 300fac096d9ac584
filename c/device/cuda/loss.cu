/* loss.cu -- cross entropy of labels, and sums of squares. */
#include "cuda/prelude.h"

/* Rows are along the classes; operands: x, and gx for the gradient. `weight` and `g` are looked at
 * if there are some. */
struct Entropy {
  Rows rows;
  Labels labels;
  View weight, g;
  double scale;
  int has_weight, has_g;
};

/* scale weight[label] g */
template <typename T>
__device__ __forceinline__ T factor(const Entropy &e, int64_t row, int64_t label)
{
  T f = (T)e.scale;
  if (e.has_weight) f *= e.weight.at<T>(label);
  if (e.has_g) f *= e.g.at<T>(e.g.size > 1 ? row : 0);
  return f;
}

template <typename T> __device__ __forceinline__ void cross_entropy(const Entropy &e, T *y)
{
  const Rows &rows = e.rows;
  char *at[1], *here[1];
  T shift;
  const int64_t row = rows.mine<1>(at);
  const T log_sum = log(exp_sum(rows, at, &shift));
  if (row < 0 || rows.first() > 0) return;
  const int64_t label = e.labels.of(row);
  if (label < 0) {
    y[row] = 0;
    return;
  }
  rows.element<1>(at, label, here);
  y[row] = factor<T>(e, row, label) * (log_sum - (*(const T *)here[0] - shift));
}

/* gx = factor (softmax(x) - 1 at the label) */
template <typename T> __device__ __forceinline__ void cross_entropy_grad(const Entropy &e)
{
  const Rows &rows = e.rows;
  char *at[2], *here[2];
  T shift;
  const int64_t row = rows.mine<2>(at);
  const T sum = exp_sum(rows, at, &shift);
  if (row < 0) return;
  const int64_t label = e.labels.of(row);
  const T f = label < 0 ? (T)0 : factor<T>(e, row, label), scale = f / sum;
  for (int64_t i = rows.first(); i < rows.length; i += rows.step()) {
    rows.element<2>(at, i, here);
    const T y = exp(*(const T *)here[0] - shift) * scale;
    *(T *)here[1] = label < 0 ? (T)0 : i == label ? y - f : y;
  }
}

#define ENTROPY(dtype, T)                                                                          \
  extern "C" __global__ void cross_entropy_##dtype(const __grid_constant__ Entropy e, T *y)        \
  {                                                                                                \
    cross_entropy(e, y);                                                                           \
  }                                                                                                \
  extern "C" __global__ void cross_entropy_grad_##dtype(const __grid_constant__ Entropy e)         \
  {                                                                                                \
    cross_entropy_grad<T>(e);                                                                      \
  }

ENTROPY(f32, float)
ENTROPY(f64, double)

/* -- Sums in double: of each block's part, then of those ------------------------------------------- */

#define SQUARES(dtype, T)                                                                          \
  extern "C" __global__ void squares_##dtype(                                                      \
      const __grid_constant__ View a, const __grid_constant__ View b, int with_b, double *part)    \
  {                                                                                                \
    double sum = 0;                                                                                \
    const int64_t step = (int64_t)gridDim.x * blockDim.x;                                          \
    for (int64_t i = thread_number(); i < a.size; i += step) {                                     \
      const double d = (double)(with_b ? a.at<T>(i) - b.at<T>(i) : a.at<T>(i));                    \
      sum += d * d;                                                                                \
    }                                                                                              \
    sum = block_all<Add>(sum, 0.0);                                                                \
    if (threadIdx.x == 0) part[blockIdx.x] = sum;                                                  \
  }                                                                                                \
  extern "C" __global__ void sum_##dtype(int64_t n, const T *x, double *part)                      \
  {                                                                                                \
    double sum = 0;                                                                                \
    const int64_t step = (int64_t)gridDim.x * blockDim.x;                                          \
    for (int64_t i = thread_number(); i < n; i += step) sum += (double)x[i];                       \
    sum = block_all<Add>(sum, 0.0);                                                                \
    if (threadIdx.x == 0) part[blockIdx.x] = sum;                                                  \
  }                                                                                                \
  extern "C" __global__ void total_##dtype(int n, const double *part, double scale, T *y)          \
  {                                                                                                \
    double sum = 0;                                                                                \
    for (int i = threadIdx.x; i < n; i += blockDim.x) sum += part[i];                              \
    sum = block_all<Add>(sum, 0.0);                                                                \
    if (threadIdx.x == 0) *y = (T)(sum * scale);                                                   \
  }

SQUARES(f32, float)
SQUARES(f64, double)
