/* formula.h -- the kernels of an elementwise formula. Before it stand the types E (of the inputs'
 * elements), R (of the result's) and Z (of the third input's), and INPUTS and F, the formula over
 * x, y, z, p, q, w. */
#include "cuda/prelude.h"

#define K(constant) ((T)(constant))

typedef typename Is<E>::number T;
typedef typename Is<Z>::number ZT;
typedef typename Is<E>::wide W;

/* P is the first parameter as it came, a double. */
static __device__ __forceinline__ R formula(T x, T y, ZT z, T p, T q, W w, double P)
{
  return (R)(F);
}

/* Everything without gaps, and on 16-byte borders: each thread takes 16 bytes of each input. */
extern "C" __global__ void packed(int64_t n, R *o, const E *a, const E *b, const Z *c, double p_,
                                  double q_)
{
  enum { N = 16 / sizeof(E) };
  const T p = adopt<T>(p_), q = adopt<T>(q_);
  const W w = (W)p_; /* beside integers it is not rounded */
  int64_t i = thread_number() * N;
  if (i + N <= n) {
    Pack<E, N> x = *(const Pack<E, N> *)(a + i), y = x;
    Pack<Z, N> z = {};
    Pack<R, N> r;
    if (INPUTS > 1) y = *(const Pack<E, N> *)(b + i);
    if (INPUTS > 2) z = *(const Pack<Z, N> *)(c + i);
    for (int k = 0; k < N; k++) r.at[k] = formula(x.at[k], y.at[k], z.at[k], p, q, w, p_);
    *(Pack<R, N> *)(o + i) = r;
  } else {
    for (; i < n; i++)
      o[i] = formula(a[i], INPUTS > 1 ? b[i] : a[i], INPUTS > 2 ? (ZT)c[i] : (ZT)0, p, q, w, p_);
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
  const T x = *(const E *)at[1];
  *(R *)at[0] = formula(x, INPUTS > 1 ? (T) * (const E *)at[2] : x,
                        INPUTS > 2 ? (ZT) * (const Z *)at[INPUTS > 2 ? 3 : 0] : (ZT)0, p, q, w, p_);
}

/* The result without gaps, in lines of a whole number of packs; along a line an input has no gaps (its
 * `step` is 1) or is one value (0). Each thread takes a pack, of at most 16 bytes. `l` leads from line
 * to line. */
struct Steps {
  int of[3];
};

template <typename A, int N>
static __device__ __forceinline__ Pack<A, N> pack_at(const char *line, uint32_t i, int step)
{
  if (step) return *(const Pack<A, N> *)(line + (int64_t)i * (int)(N * sizeof(A)));
  Pack<A, N> same;
  for (int k = 0; k < N; k++) same.at[k] = *(const A *)line;
  return same;
}

extern "C" __global__ void lines(int64_t n, uint32_t packs, const __grid_constant__ Loop l,
                                 const __grid_constant__ Steps step, double p_, double q_)
{
  enum { N = 16 / (sizeof(E) > sizeof(R) ? sizeof(E) : sizeof(R)) };
  const T p = adopt<T>(p_), q = adopt<T>(q_);
  const W w = (W)p_; /* beside integers it is not rounded */
  const int64_t t = thread_number();
  if (t >= n) return;
  const uint32_t line = (uint32_t)t / packs, i = (uint32_t)t - line * packs;
  char *at[4];
  l.find<INPUTS + 1>(line, at);
  const Pack<E, N> x = pack_at<E, N>(at[1], i, step.of[0]);
  Pack<E, N> y = x;
  Pack<Z, N> z = {};
  Pack<R, N> r;
  if (INPUTS > 1) y = pack_at<E, N>(at[INPUTS > 1 ? 2 : 0], i, step.of[1]);
  if (INPUTS > 2) z = pack_at<Z, N>(at[INPUTS > 2 ? 3 : 0], i, step.of[2]);
  for (int k = 0; k < N; k++) r.at[k] = formula(x.at[k], y.at[k], z.at[k], p, q, w, p_);
  *(Pack<R, N> *)(at[0] + (int64_t)i * (int)sizeof r) = r;
}
