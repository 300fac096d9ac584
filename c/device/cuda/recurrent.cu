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
