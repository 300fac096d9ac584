/* recurrent.cu -- cells of recurrent networks: a thread makes all results of one place. Results may
 * lie where operands do, so all of these are read first. Elements E are computed with as T. */
#include "cuda/prelude.h"

struct Operands {
  View v[8];
};
struct Results {
  View v[5];
};

#define CELL                                                                                       \
  const int64_t n = thread_number();                                                               \
  if (n >= y.v[0].size) return;
#define X(k) ((T)x.v[k].at<E>(n))
#define Y(k) y.v[k].at<E>(n)
#define RULE(name)                                                                                 \
  template <typename E, typename T>                                                                \
  __device__ __forceinline__ void name(const Operands &x, const Results &y)

/* c0, a, i, f, o -> c, h */
RULE(lstm)
{
  CELL const T c = sigmoid(X(3)) * X(0) + sigmoid(X(2)) * tanh(X(1)), h = sigmoid(X(4)) * tanh(c);
  Y(0) = c;
  Y(1) = h;
}

/* c0, a, i, f, o, gc, gh -> gc0, ga, gi, gf, go. With t = tanh(c): c gets g = gc + gh o (1 - t^2). */
RULE(lstm_grad)
{
  CELL const T c0 = X(0), a = tanh(X(1)), i = sigmoid(X(2)), f = sigmoid(X(3)), o = sigmoid(X(4));
  const T gh = X(6), t = tanh(f * c0 + i * a), g = X(5) + gh * o * (1 - t * t);
  Y(0) = g * f;
  Y(1) = g * i * (1 - a * a);
  Y(2) = g * a * i * (1 - i);
  Y(3) = g * c0 * f * (1 - f);
  Y(4) = gh * t * o * (1 - o);
}

/* h0, xr, xz, xn, ur, uz, un -> h */
RULE(gru)
{
  CELL const T r = sigmoid(X(1) + X(4)), z = sigmoid(X(2) + X(5)), new_h = tanh(X(3) + r * X(6));
  Y(0) = (1 - z) * new_h + z * X(0);
}

/* h0, xr, xz, xn, ur, uz, un, gh -> gh0, gr, gz, gn, gun */
RULE(gru_grad)
{
  CELL const T h0 = X(0), un = X(6), g = X(7);
  const T r = sigmoid(X(1) + X(4)), z = sigmoid(X(2) + X(5)), new_h = tanh(X(3) + r * un);
  const T gn = g * (1 - z) * (1 - new_h * new_h);
  Y(0) = g * z;
  Y(1) = gn * un * r * (1 - r);
  Y(2) = g * (h0 - new_h) * z * (1 - z);
  Y(3) = gn;
  Y(4) = gn * r;
}

#define KERNEL(name, dtype, E, T)                                                                  \
  extern "C" __global__ void name##_##dtype(const __grid_constant__ Operands x,                    \
                                            const __grid_constant__ Results y)                     \
  {                                                                                                \
    name<E, T>(x, y);                                                                              \
  }
#define KERNELS(name)                                                                              \
  KERNEL(name, f32, float, float)                                                                  \
  KERNEL(name, f64, double, double)                                                                \
  KERNEL(name, f16, Half, float)                                                                   \
  KERNEL(name, bf16, Bfloat, float)

KERNELS(lstm)
KERNELS(lstm_grad)
KERNELS(gru)
KERNELS(gru_grad)

/* -- Steps of an LSTM over packed sequences ------------------------------------------------------
 * Numbers that go from step to step, and products, are of type T; a thread looks after one unit of one
 * row. Of each row `kept` has a, i, f, o, and c and h before the step. */

enum { GATES = 4, KEPT = 6 };

/* What element j of row r of a matrix of any strides is. */
template <typename E> __device__ __forceinline__ E element(const View &v, int64_t r, int64_t j)
{
  return ((const E *)v.data)[r * v.stride[0] + j * v.stride[1]];
}

/* One step of unit j of a row: keep, h and y are where its numbers lie. */
template <typename E, typename T>
__device__ __forceinline__ void go_on(const T *gate, E before, int64_t units, T *c, E *h, E *y,
                                      E *keep)
{
  const T a = tanh(gate[0]), i = sigmoid(gate[1]), f = sigmoid(gate[2]), o = sigmoid(gate[3]);
  const T last = *c, now = f * last + i * a;
  keep[0] = (E)a;
  keep[units] = (E)i;
  keep[2 * units] = (E)f;
  keep[3 * units] = (E)o;
  keep[4 * units] = (E)last;
  keep[5 * units] = before;
  *c = now;
  *h = *y = (E)(o * tanh(now));
}

/* The gradients of its gates, and of c before it, where h is that of h after it. */
template <typename E, typename T>
__device__ __forceinline__ void go_back(T h, const E *keep, int64_t units, T *gc, E *to)
{
  const T a = keep[0], i = keep[units], f = keep[2 * units], o = keep[3 * units];
  const T before = keep[4 * units], t = tanh(f * before + i * a);
  const T g = *gc + h * o * (1 - t * t);
  to[0] = (E)(g * i * (1 - a * a));
  to[units] = (E)(g * a * i * (1 - i));
  to[2 * units] = (E)(g * before * f * (1 - f));
  to[3 * units] = (E)(h * t * o * (1 - o));
  *gc = g * f;
}

/* `rows` rows of x, y and kept from row `from` on; `products` are those of h and W. */
template <typename E, typename T>
__device__ __forceinline__ void step_on(int64_t rows, int64_t from, int64_t units, const View &x,
                                        const T *products, T *c, E *h, E *y, E *kept)
{
  const int64_t n = thread_number();
  if (n >= rows * units) return;
  const int64_t row = n / units, j = n % units, at = from + row;
  T gate[GATES];
#pragma unroll
  for (int k = 0; k < GATES; k++)
    gate[k] = products[(row * GATES + k) * units + j] + (T)element<E>(x, at, k * units + j);
  go_on(gate, h[n], units, c + n, h + n, y + at * units + j, kept + at * KEPT * units + j);
}

/* The gradients of the gates, and of c before the step; gh is that of h after it without gy. */
template <typename E, typename T>
__device__ __forceinline__ void step_back(int64_t rows, int64_t from, int64_t units, const View &gy,
                                          const E *kept, const T *gh, T *gc, E *gx)
{
  const int64_t n = thread_number();
  if (n >= rows * units) return;
  const int64_t row = n / units, j = n % units, at = from + row;
  const T h = gh[n] + (T)element<E>(gy, at, j);
  go_back(h, kept + at * KEPT * units + j, units, gc + n, gx + at * GATES * units + j);
}

#define STEPS(dtype, E, T)                                                                         \
  extern "C" __global__ void step_on_##dtype(int64_t rows, int64_t from, int64_t units,            \
                                             const __grid_constant__ View x, const T *products,    \
                                             T *c, E *h, E *y, E *kept)                            \
  {                                                                                                \
    step_on(rows, from, units, x, products, c, h, y, kept);                                        \
  }                                                                                                \
  extern "C" __global__ void step_back_##dtype(int64_t rows, int64_t from, int64_t units,          \
                                               const __grid_constant__ View gy, const E *kept,     \
                                               const T *gh, T *gc, E *gx)                          \
  {                                                                                                \
    step_back(rows, from, units, gy, kept, gh, gc, gx);                                            \
  }

STEPS(f32, float, float)
STEPS(f64, double, double)
STEPS(f16, Half, float)
STEPS(bf16, Bfloat, float)

/* -- The same for small matrices, with the products ------------------------------------------------
 * Some lanes side by side sum up the products of one unit of one row, each every so many packs; rows are
 * neighbours, as they share what is read of W. What a step reads of the one before it lies where no step
 * writes later: in y, and in gx. */

enum { LANES_ON = 8, LANES_BACK = 16 };

/* Of one unit of one row. Threads without one go through the first, and write nothing. */
struct Share {
  int lane, row, unit;
  bool is_one;

  __device__ __forceinline__ Share(int lanes, int rows, int units)
  {
    const int n = (int)(thread_number() / lanes);
    lane = threadIdx.x % lanes;
    unit = n / rows;
    row = n - unit * rows;
    is_one = unit < units;
    if (!is_one) unit = row = 0;
  }
};

/* Adds to sum[k] this lane's part of the product of a and row k of b, which have `length` elements, rows
 * of b being `step` apart. */
template <int LANES, int K, typename T>
__device__ __forceinline__ void multiply(const T *a, const T *b, int length, int step, int lane,
                                         T *sum)
{
  enum { EACH = 16 / sizeof(T) };
  typedef Pack<T, EACH> Some;
#pragma unroll 4
  for (int i = lane * EACH; i < length; i += LANES * EACH) {
    const Some x = *(const Some *)(a + i);
#pragma unroll
    for (int k = 0; k < K; k++) {
      const Some w = *(const Some *)(b + k * step + i);
#pragma unroll
      for (int e = 0; e < EACH; e++) sum[k] += x.at[e] * w.at[e];
    }
  }
}

template <int LANES, typename T> __device__ __forceinline__ T lanes_all(T x)
{
#pragma unroll
  for (int i = LANES / 2; i > 0; i /= 2) x += shuffled(x, i);
  return x;
}

/* As step_on; h before it is that of `before` for its first rows, and else h0's. */
template <typename T>
__device__ __forceinline__ void all_on(int rows, int64_t from, int units, const View &x,
                                       int rows_before, const T *before, const T *h0, const T *w,
                                       T *c, T *h, T *y, T *kept)
{
  const Share s(LANES_ON, rows, units);
  const int n = s.row * units + s.unit;
  const T *last = (s.row < rows_before ? before : h0) + s.row * units;
  T gate[GATES] = { 0, 0, 0, 0 };
  multiply<LANES_ON, GATES>(last, w + s.unit * units, units, units * units, s.lane, gate);
#pragma unroll
  for (int k = 0; k < GATES; k++) gate[k] = lanes_all<LANES_ON>(gate[k]);
  if (!s.is_one || s.lane > 0) return;
  const int64_t at = from + s.row;
#pragma unroll
  for (int k = 0; k < GATES; k++) gate[k] += element<T>(x, at, k * units + s.unit);
  go_on(gate, last[s.unit], units, c + n, h + n, y + at * units + s.unit,
        kept + at * KEPT * units + s.unit);
}

/* As step_back. First it makes the gradients of h after this step, out of `after`, those of the gates of
 * the next one, which had `rows_after` rows; of the rows beyond that gh has them, and it gets those of
 * rows that this step has not. w is W'. */
template <typename T>
__device__ __forceinline__ void all_back(int rows, int64_t from, int units, const View &gy,
                                         int rows_after, const T *after, const T *w, const T *kept,
                                         T *gh, T *gc, T *gx)
{
  const Share s(LANES_BACK, rows > rows_after ? rows : rows_after, units);
  const int n = s.row * units + s.unit, width = GATES * units;
  T h = 0;
  if (rows_after > 0)
    multiply<LANES_BACK, 1>(after + (s.row < rows_after ? s.row : 0) * width, w + s.unit * width,
                            width, 0, s.lane, &h);
  h = lanes_all<LANES_BACK>(h);
  if (!s.is_one || s.lane > 0) return;
  if (s.row >= rows_after) h = gh[n];
  if (s.row >= rows) {
    gh[n] = h;
    return;
  }
  const int64_t at = from + s.row;
  go_back(h + element<T>(gy, at, s.unit), kept + at * KEPT * units + s.unit, units, gc + n,
          gx + at * width + s.unit);
}

#define ALL(dtype, T)                                                                              \
  extern "C" __global__ void all_on_##dtype(                                                       \
      int rows, int64_t from, int units, const __grid_constant__ View x, int rows_before,          \
      const T *before, const T *h0, const T *w, T *c, T *h, T *y, T *kept)                         \
  {                                                                                                \
    all_on(rows, from, units, x, rows_before, before, h0, w, c, h, y, kept);                       \
  }                                                                                                \
  extern "C" __global__ void all_back_##dtype(                                                     \
      int rows, int64_t from, int units, const __grid_constant__ View gy, int rows_after,          \
      const T *after, const T *w, const T *kept, T *gh, T *gc, T *gx)                              \
  {                                                                                                \
    all_back(rows, from, units, gy, rows_after, after, w, kept, gh, gc, gx);                       \
  }

ALL(f32, float)
ALL(f64, double)
