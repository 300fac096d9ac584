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
  const T a = tanh(gate[0]), i = sigmoid(gate[1]), f = sigmoid(gate[2]), o = sigmoid(gate[3]);
  const T before = c[n], now = f * before + i * a;
  E *keep = kept + at * KEPT * units + j;
  keep[0] = (E)a;
  keep[units] = (E)i;
  keep[2 * units] = (E)f;
  keep[3 * units] = (E)o;
  keep[4 * units] = (E)before;
  keep[5 * units] = h[n];
  c[n] = now;
  h[n] = y[at * units + j] = (E)(o * tanh(now));
}

/* The gradients of the gates, and of c before the step; gh is that of h after it without gy. */
template <typename E, typename T>
__device__ __forceinline__ void step_back(int64_t rows, int64_t from, int64_t units, const View &gy,
                                          const E *kept, const T *gh, T *gc, E *gx)
{
  const int64_t n = thread_number();
  if (n >= rows * units) return;
  const int64_t row = n / units, j = n % units, at = from + row;
  const E *keep = kept + at * KEPT * units + j;
  const T a = keep[0], i = keep[units], f = keep[2 * units], o = keep[3 * units];
  const T before = keep[4 * units], t = tanh(f * before + i * a);
  const T h = gh[n] + (T)element<E>(gy, at, j), g = gc[n] + h * o * (1 - t * t);
  E *to = gx + at * GATES * units + j;
  to[0] = (E)(g * i * (1 - a * a));
  to[units] = (E)(g * a * i * (1 - i));
  to[2 * units] = (E)(g * before * f * (1 - f));
  to[3 * units] = (E)(h * t * o * (1 - o));
  gc[n] = g * f;
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
