/* formula.h -- the kernels of an elementwise formula. Before it stand the types T (of the inputs), R (of
 * the result) and Z (of the third input), and INPUTS and F, the formula over x, y, z, p, q, w. */
#include "cuda/prelude.h"

#define K(constant) ((T)(constant))

typedef typename Is<T>::wide W;

/* P is the first parameter as it came, a double. */
static __device__ __forceinline__ R formula(T x, T y, Z z, T p, T q, W w, double P)
{
  return (R)(F);
}

template <typename E, int N> struct alignas(N * sizeof(E)) Pack {
  E at[N];
};

/* Everything without gaps, and on 16-byte borders: each thread takes 16 bytes of each input. */
extern "C" __global__ void packed(int64_t n, R *o, const T *a, const T *b, const Z *c, double p_,
                                  double q_)
{
  enum { N = 16 / sizeof(T) };
  const T p = adopt<T>(p_), q = adopt<T>(q_);
  const W w = (W)p_; /* beside integers it is not rounded */
  int64_t i = thread_number() * N;
  if (i + N <= n) {
    Pack<T, N> x = *(const Pack<T, N> *)(a + i), y = x;
    Pack<Z, N> z = {};
    Pack<R, N> r;
    if (INPUTS > 1) y = *(const Pack<T, N> *)(b + i);
    if (INPUTS > 2) z = *(const Pack<Z, N> *)(c + i);
    for (int k = 0; k < N; k++) r.at[k] = formula(x.at[k], y.at[k], z.at[k], p, q, w, p_);
    *(Pack<R, N> *)(o + i) = r;
  } else {
    for (; i < n; i++)
      o[i] = formula(a[i], INPUTS > 1 ? b[i] : a[i], INPUTS > 2 ? c[i] : (Z)0, p, q, w, p_);
  }
}

/* Any strides: the result is operand 0 of the loop. */
extern "C" __global__ void strided(int64_t n, const __grid_constant__ Loop l, double p_, double q_)
{
  const T p = adopt<T>(p_), q = adopt<T>(q_);
  const W w = (W)p_; /* beside integers it is not rounded */
  int64_t i = thread_number();
  if (i >= n) return;
  char *at[4];
  l.element<INPUTS + 1>(i, n, at);
  const T x = *(const T *)at[1];
  *(R *)at[0] = formula(x, INPUTS > 1 ? *(const T *)at[2] : x,
                        INPUTS > 2 ? *(const Z *)at[INPUTS > 2 ? 3 : 0] : (Z)0, p, q, w, p_);
}
