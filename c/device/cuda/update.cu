/* update.cu -- optimizers' changes to parameters, in place, in one pass over memory. */
#include "cuda/prelude.h"
#include "device/update.h"

#define K(constant) ((T)(constant))

struct Numbers {
  double f[DG_UPDATE_NUMBERS];
};

/* One thread for each element. `live` has the numbers of a step that is replayed. */
#define KERNEL(function, T_, states, ...)                                                          \
  extern "C" __global__ void function(int64_t n, T_ *P, const __grid_constant__ View G, T_ *A,     \
                                      T_ *B, T_ *C, const __grid_constant__ Numbers u,             \
                                      const double *live)                                          \
  {                                                                                                \
    typedef T_ T;                                                                                  \
    const int64_t i = thread_number();                                                             \
    if (i >= n) return;                                                                            \
    double f[DG_UPDATE_NUMBERS];                                                                   \
    for (int k = 0; k < DG_UPDATE_NUMBERS; k++) f[k] = live ? live[k] : u.f[k];                    \
    DG_UPDATE_DECLARE(f)                                                                           \
    DG_UPDATE_ELEMENT(states, G.at<T>(i), __VA_ARGS__)                                             \
  }
#define KERNELS(NAME, name, ...)                                                                   \
  KERNEL(name##_f32, float, __VA_ARGS__) KERNEL(name##_f64, double, __VA_ARGS__)

DG_UPDATE_RULES(KERNELS)
