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

/* Elements E are computed with as T. scale weight[label] g, by how many labels count: */
template <typename E, typename T>
__device__ __forceinline__ T factor(const Entropy &e, int64_t row, int64_t label)
{
  T f = (T)e.scale;
  if (e.used) f = (T)(e.scale / (double)(*e.used > 0 ? *e.used : 1));
  if (e.has_weight) f *= (T)e.weight.at<E>(label);
  if (e.has_g) f *= (T)e.g.at<E>(e.g.size > 1 ? row : 0);
  return f;
}

/* The loss of each row, for sums of them, or if `each` is NULL as the result y. */
template <typename T, typename Row>
__device__ __forceinline__ void cross_entropy(const Entropy &e, const Row row, T *each,
                                              typename Row::Element *y)
{
  typedef typename Row::Element E;
  T shift, loss = 0;
  char *here[1];
  const T log_sum = log(exp_sum<T>(row, &shift));
  if (row.number < 0 || e.rows.first() > 0) return;
  const int64_t label = e.labels.of(row.number);
  if (label >= 0) {
    e.rows.element<1>(row.at, label, here);
    loss = factor<E, T>(e, row.number, label) * (log_sum - ((T) * (const E *)here[0] - shift));
  }
  if (each) each[row.number] = loss;
  else y[row.number] = (E)loss;
}

/* gx = factor (softmax(x) - 1 at the label) */
template <typename T, typename Row>
__device__ __forceinline__ void cross_entropy_grad(const Entropy &e, Row row)
{
  T shift;
  const T sum = exp_sum_keep<T>(row, &shift);
  if (row.number < 0) return;
  const int64_t label = e.labels.of(row.number);
  const T f = label < 0 ? (T)0 : factor<typename Row::Element, T>(e, row.number, label),
          scale = f / sum;
  exp_write(row, shift, [&](int64_t i, T y) {
    y *= scale;
    return label < 0 ? (T)0 : i == label ? y - f : y;
  });
}

#define ENTROPY(held, Row, dtype, E)                                                               \
  extern "C" __global__ void held##cross_entropy_##dtype(const __grid_constant__ Entropy e,        \
                                                         Is<E>::number *each, E *y)                \
  {                                                                                                \
    cross_entropy(e, Row<E, 1>(e.rows), each, y);                                                  \
  }                                                                                                \
  extern "C" __global__ void held##cross_entropy_grad_##dtype(const __grid_constant__ Entropy e)   \
  {                                                                                                \
    cross_entropy_grad<Is<E>::number>(e, Row<E, 2>(e.rows));                                       \
  }
#define BOTH(dtype, E)                                                                             \
  ENTROPY(, LooseRow, dtype, E)                                                                    \
  ENTROPY(held_, HeldRow, dtype, E)

BOTH(f32, float)
BOTH(f64, double)
BOTH(f16, Half)
BOTH(bf16, Bfloat)

/* -- Sums in double: of each block's part, then of those ------------------------------------------- */

#define SQUARES(dtype, E)                                                                          \
  extern "C" __global__ void squares_##dtype(                                                      \
      const __grid_constant__ View a, const __grid_constant__ View b, int with_b, double *part)    \
  {                                                                                                \
    typedef Is<E>::number T;                                                                       \
    double sum = 0;                                                                                \
    const int64_t step = (int64_t)gridDim.x * blockDim.x;                                          \
    for (int64_t i = thread_number(); i < a.size; i += step) {                                     \
      const T x = a.at<E>(i), d = with_b ? x - (T)b.at<E>(i) : x;                                  \
      sum += (double)d * (double)d;                                                                \
    }                                                                                              \
    sum = block_all<Add>(sum, 0.0);                                                                \
    if (threadIdx.x == 0) part[blockIdx.x] = sum;                                                  \
  }                                                                                                \
  extern "C" __global__ void total_##dtype(int n, const double *part, double scale, E *y)          \
  {                                                                                                \
    double sum = 0;                                                                                \
    for (int i = threadIdx.x; i < n; i += blockDim.x) sum += part[i];                              \
    sum = block_all<Add>(sum, 0.0);                                                                \
    if (threadIdx.x == 0) *y = Cast<E, double>::of(sum * scale);                                   \
  }

SQUARES(f32, float)
SQUARES(f64, double)
SQUARES(f16, Half)
SQUARES(bf16, Bfloat)

#define SUM(dtype, T)                                                                              \
  extern "C" __global__ void sum_##dtype(int64_t n, const T *x, double *part)                      \
  {                                                                                                \
    double sum = 0;                                                                                \
    const int64_t step = (int64_t)gridDim.x * blockDim.x;                                          \
    for (int64_t i = thread_number(); i < n; i += step) sum += (double)x[i];                       \
    sum = block_all<Add>(sum, 0.0);                                                                \
    if (threadIdx.x == 0) part[blockIdx.x] = sum;                                                  \
  }

SUM(f32, float)
SUM(f64, double)
