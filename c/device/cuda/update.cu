/* update.cu -- optimizers' changes to parameters, in place, in one pass over memory. */
#include "cuda/prelude.h"
#include "device/update.h"

#define K(constant) ((T)(constant))

struct Numbers {
  double f[DG_UPDATE_NUMBERS];
};

/* The states of many parameters, as in update.c: item k has `size` elements and the blocks from
 * first[k] on. `live` has the numbers of a step that is replayed, or is NULL. */
enum { ITEMS = 48 };
struct Item {
  char *state[DG_UPDATE_STATES];
  const double *live;
  int64_t size;
};
struct Items {
  int count, first[ITEMS];
  Item of[ITEMS];

  /* The item that this block is for. */
  __device__ int mine() const
  {
    int low = 0, high = count;
    while (high - low > 1) {
      const int middle = (low + high) / 2;
      if (first[middle] <= (int)blockIdx.x) low = middle;
      else high = middle;
    }
    return low;
  }
};

/* A rule on element i of what P, A, B, C point to. */
#define RULE(states, gradient, live, ...)                                                          \
  {                                                                                                \
    double f[DG_UPDATE_NUMBERS];                                                                   \
    for (int k = 0; k < DG_UPDATE_NUMBERS; k++) f[k] = (live) ? (live)[k] : u.f[k];                \
    DG_UPDATE_DECLARE(f)                                                                           \
    DG_UPDATE_ELEMENT(states, gradient, __VA_ARGS__)                                               \
  }

/* One parameter, a thread for each element of the gradient; or, if there are numbers, some of its
 * rows of so many columns: a negative one is no row. */
#define ONE(function, T_, states, ...)                                                             \
  extern "C" __global__ void function(int64_t n, T_ *P, const __grid_constant__ View G, T_ *A,     \
                                      T_ *B, T_ *C, const __grid_constant__ Numbers u,             \
                                      const double *live, const int64_t *numbers, int64_t columns) \
  {                                                                                                \
    typedef T_ T;                                                                                  \
    const int64_t at = thread_number();                                                            \
    if (at >= n) return;                                                                           \
    const int64_t row = numbers ? numbers[at / columns] : 0;                                       \
    const int64_t i = numbers ? row * columns + at % columns : at;                                 \
    if (row < 0) return;                                                                           \
    RULE(states, G.at<T>(at), live, __VA_ARGS__)                                                   \
  }

/* Many parameters, whose gradients have no gaps. */
#define ALL(function, T_, states, ...)                                                             \
  extern "C" __global__ void function(const __grid_constant__ Items items,                         \
                                      const __grid_constant__ Numbers u)                           \
  {                                                                                                \
    typedef T_ T;                                                                                  \
    const int k = items.mine();                                                                    \
    const Item &it = items.of[k];                                                                  \
    const int64_t i = (int64_t)((int)blockIdx.x - items.first[k]) * blockDim.x + threadIdx.x;      \
    T *P = (T *)it.state[0], *A = (T *)it.state[2], *B = (T *)it.state[3], *C = (T *)it.state[4];  \
    const T *G = (const T *)it.state[1];                                                           \
    if (i >= it.size) return;                                                                      \
    (void)A, (void)B, (void)C, (void)G;                                                            \
    RULE(states, G[i], it.live, __VA_ARGS__)                                                       \
  }

#define KERNELS(NAME, name, ...)                                                                   \
  ONE(name##_f32, float, __VA_ARGS__)                                                              \
  ONE(name##_f64, double, __VA_ARGS__)                                                             \
  ALL(name##_all_f32, float, __VA_ARGS__)                                                          \
  ALL(name##_all_f64, double, __VA_ARGS__)

DG_UPDATE_RULES(KERNELS)
