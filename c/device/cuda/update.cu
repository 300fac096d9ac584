/* update.cu -- optimizers' changes to parameters, in place, in one pass over memory. */
#include "cuda/prelude.h"

/* p = factor p */
template <typename T> __device__ __forceinline__ void scale(T *p, T, T *, T *, T *, const double *f)
{
  *p *= (T)f[0];
}

/* p += scale g */
template <typename T> __device__ __forceinline__ void add(T *p, T g, T *, T *, T *, const double *f)
{
  *p += (T)f[0] * g;
}

/* v = momentum v - rate g, p += v */
template <typename T>
__device__ __forceinline__ void momentum(T *p, T g, T *v, T *, T *, const double *f)
{
  const T now = (T)f[1] * *v - (T)f[0] * g;
  *v = now;
  *p += now;
}

/* m += (1 - beta1) (g - m), v += (1 - beta2) (g^2 - v),
 * p -= eta (rate m / (sqrt(v) + eps) + decay p); with `most`, its largest v takes the place of v. */
template <typename T, bool with_most>
__device__ __forceinline__ void adapt(T *p, T g, T *m, T *v, T *most, const double *f)
{
  const T rate = (T)(f[4] * f[0]), c1 = (T)(1 - f[1]), c2 = (T)(1 - f[2]), eps = (T)f[3];
  const T keep = (T)(1 - f[4] * f[5]);
  const T mi = *m + c1 * (g - *m);
  T vi = *v + c2 * (g * g - *v);
  *m = mi;
  *v = vi;
  if (with_most) vi = *most = vi > *most ? vi : *most;
  *p = keep * *p - rate * mi / (sqrt(vi) + eps);
}
template <typename T>
__device__ __forceinline__ void adam(T *p, T g, T *m, T *v, T *most, const double *f)
{
  adapt<T, false>(p, g, m, v, most, f);
}
template <typename T>
__device__ __forceinline__ void amsgrad(T *p, T g, T *m, T *v, T *most, const double *f)
{
  adapt<T, true>(p, g, m, v, most, f);
}

struct Numbers {
  double f[6];
};

#define KERNEL(name, dtype, T)                                                                     \
  extern "C" __global__ void name##_##dtype(int64_t n, T *p, const __grid_constant__ View g, T *a, \
                                            T *b, T *c, const __grid_constant__ Numbers u)         \
  {                                                                                                \
    const int64_t i = thread_number();                                                             \
    if (i < n) name<T>(p + i, g.data ? g.at<T>(i) : (T)0, a + i, b + i, c + i, u.f);               \
  }
#define KERNELS(name) KERNEL(name, f32, float) KERNEL(name, f64, double)

KERNELS(scale)
KERNELS(add)
KERNELS(momentum)
KERNELS(adam)
KERNELS(amsgrad)
