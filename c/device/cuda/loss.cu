/* loss.cu -- cross entropy of labels, and sums of squares. */
#include "cuda/prelude.h"

/* Rows are along the classes; operands: x, and gx for the gradient. `weight` and `g` are looked at
 * if there are some. */
struct Entropy {
  Rows rows;
  Labels labels;
  View weight, g;
  double scale;
  const uint64_t *used; /* divides as well, where it is not NULL */
  int has_weight, has_g;
};

/* scale weight[label] g, by how many labels count */
template <typename T>
__device__ __forceinline__ T factor(const Entropy &e, int64_t row, int64_t label)
{
  T f = (T)e.scale;
  if (e.used) f = (T)(e.scale / (double)(*e.used > 0 ? *e.used : 1));
  if (e.has_weight) f *= e.weight.at<T>(label);
  if (e.has_g) f *= e.g.at<T>(e.g.size > 1 ? row : 0);
  return f;
}

template <typename T, typename Row>
__device__ __forceinline__ void cross_entropy(const Entropy &e, const Row row, T *y)
{
  T shift;
  char *here[1];
  const T log_sum = log(exp_sum<T>(row, &shift));
  if (row.number < 0 || e.rows.first() > 0) return;
  const int64_t label = e.labels.of(row.number);
  if (label < 0) {
    y[row.number] = 0;
    return;
  }
  e.rows.element<1>(row.at, label, here);
  y[row.number] = factor<T>(e, row.number, label) * (log_sum - (*(const T *)here[0] - shift));
}

/* gx = factor (softmax(x) - 1 at the label) */
template <typename T, typename Row>
__device__ __forceinline__ void cross_entropy_grad(const Entropy &e, const Row row)
{
  T shift;
  const T sum = exp_sum<T>(row, &shift);
  if (row.number < 0) return;
  const int64_t label = e.labels.of(row.number);
  const T f = label < 0 ? (T)0 : factor<T>(e, row.number, label), scale = f / sum;
  row.write([&](int64_t i, T x, T) {
    const T y = exp(x - shift) * scale;
    return label < 0 ? (T)0 : i == label ? y - f : y;
  });
}

#define ENTROPY(held, Row, dtype, T)                                                               \
  extern "C" __global__ void held##cross_entropy_##dtype(const __grid_constant__ Entropy e, T *y)  \
  {                                                                                                \
    cross_entropy<T>(e, Row<T, 1>(e.rows), y);                                                     \
  }                                                                                                \
  extern "C" __global__ void held##cross_entropy_grad_##dtype(const __grid_constant__ Entropy e)   \
  {                                                                                                \
    cross_entropy_grad<T>(e, Row<T, 2>(e.rows));                                                   \
  }

ENTROPY(, LooseRow, f32, float)
ENTROPY(, LooseRow, f64, double)
ENTROPY(held_, HeldRow, f32, float)
ENTROPY(held_, HeldRow, f64, double)

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
