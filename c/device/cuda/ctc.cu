/* ctc.cu -- labels of sequences without known places, by the forward and backward sums of A. Graves
 * et al., "Connectionist temporal classification", 2006: a block to each sequence.
 *
 * A path goes through states: a blank, label 1, a blank, label 2, ... a blank. It stays, goes on by
 * one, or by two past a blank between two different labels. All sums are of logarithms, in
 * double. */
#include "cuda/prelude.h"

/* dg_sequences of device/device.h: the two must agree. */
struct Sequences {
  Labels labels;
  View input_length, label_length;
  int64_t blank;
};

/* As in ctc.c: `room` has for each sequence `steps` + 3 rows of `width` doubles and 2 of as many int64. */
struct Sizes {
  int64_t steps, batch, classes, longest, width;
  double *room;
};

/* log(exp a + exp b + exp c). The largest is no less than a finite number, so that the sum of nothing
 * is log 0 and not NaN. */
static __device__ __forceinline__ double join(double a, double b, double c)
{
  double most = a > b ? a : b;
  most = c > most ? c : most;
  most = most > -1e300 ? most : -1e300;
  return most + log(exp(a - most) + exp(b - most) + exp(c - most));
}

template <typename T> struct Path {
  const Sizes &s;
  const View &x;
  int64_t row, steps, states;
  double *begins, *ends, *weight; /* sums over beginnings of paths; two rows over ends of them */
  int64_t *state_class, *next;    /* next: the next state of the same class, or 0 */

  /* The length of this row. One that is out of range, as replays of recorded work find them after the
   * fact, is made to fit, and so are labels: what comes of that nobody gets to see. */
  __device__ int64_t length_of(const View &lengths, int64_t most) const
  {
    const int64_t n = ((const int64_t *)lengths.data)[row];
    return n < 0 ? 0 : n < most ? n : most;
  }

  /* Every thread of the block must call this. */
  __device__ Path(const Sequences &q, const Sizes &sizes, const View &view) : s(sizes), x(view)
  {
    row = blockIdx.x;
    steps = length_of(q.input_length, s.steps);
    states = 2 * length_of(q.label_length, s.longest) + 1;
    begins = s.room + row * (s.steps + 5) * s.width;
    ends = begins + s.steps * s.width;
    weight = ends + 2 * s.width;
    state_class = (int64_t *)(weight + s.width);
    next = state_class + s.width;
    for (int64_t k = threadIdx.x; k < states; k += blockDim.x) {
      const int64_t label = k % 2 == 0 ? q.blank : q.labels.of(row * s.longest + k / 2);
      state_class[k] = label < 0 ? q.blank : label;
    }
    __syncthreads();
  }

  __device__ int64_t place(int64_t step, int64_t c) const
  {
    return (step * s.batch + row) * s.classes + c;
  }
  __device__ double worth(int64_t step, int64_t k) const
  {
    return (double)((const T *)x.data)[x.place(place(step, state_class[k]))];
  }
  /* Whether a path may come to state k from two states before. */
  __device__ bool leaps(int64_t k) const
  {
    return k % 2 == 1 && k > 1 && k < states && state_class[k] != state_class[k - 2];
  }

  __device__ void go_forward() const
  {
    const double none = -INFINITY;
    for (int64_t step = 0; step < steps; step++) {
      double *now = begins + step * s.width, *last = now - s.width;
      for (int64_t k = threadIdx.x; k < states; k += blockDim.x) {
        double sum = k < 2 ? 0 : none;
        if (step > 0)
          sum = join(last[k], k > 0 ? last[k - 1] : none, leaps(k) ? last[k - 2] : none);
        now[k] = sum + worth(step, k);
      }
      __syncthreads();
    }
  }

  /* The logarithm of the probability of the labels. */
  __device__ double total() const
  {
    const double none = -INFINITY;
    if (steps == 0) return states == 1 ? 0 : none;
    const double *end = begins + (steps - 1) * s.width + states - 1;
    return join(end[0], states > 1 ? end[-1] : none, none);
  }

  /* Chains the states of labels that are of one class. Every thread must call this. */
  __device__ void chain() const
  {
    for (int64_t k = threadIdx.x; k < states; k += blockDim.x) {
      int64_t j = k + 2;
      while (j < states && state_class[j] != state_class[k]) j += 2;
      next[k] = k % 2 == 1 && j < states ? j : 0;
    }
    __syncthreads();
  }
  __device__ bool is_first(int64_t k) const
  {
    for (int64_t j = 1; j < k; j += 2)
      if (state_class[j] == state_class[k]) return false;
    return true;
  }

  /* At each step, ends of paths (this step included) meet beginnings: that is the probability to be
   * in a state, which its class gets, times -g. */
  __device__ void go_back(int64_t blank, double logarithm, double g, T *gx) const
  {
    const double none = -INFINITY;
    for (int64_t step = steps - 1; step >= 0; step--) {
      const double *begin = begins + step * s.width, *later = ends + (step + 1) % 2 * s.width;
      double *now = ends + step % 2 * s.width, blanks = 0;
      for (int64_t k = threadIdx.x; k < states; k += blockDim.x) {
        double sum = k >= states - 2 ? 0 : none;
        if (step < steps - 1)
          sum = join(later[k], k + 1 < states ? later[k + 1] : none,
                     k + 2 < states && leaps(k + 2) ? later[k + 2] : none);
        now[k] = sum + worth(step, k);
        weight[k] = g * exp(begin[k] + sum - logarithm);
        if (state_class[k] == blank) blanks += weight[k];
      }
      blanks = block_all<Add>(blanks, 0.0); /* which waits for all weights too */
      if (threadIdx.x == 0) gx[place(step, blank)] = (T)-blanks;
      for (int64_t k = threadIdx.x; k < states; k += blockDim.x) {
        if (k % 2 == 0 || state_class[k] == blank || !is_first(k)) continue;
        double sum = 0;
        for (int64_t j = k; j > 0; j = next[j]) sum += weight[j];
        gx[place(step, state_class[k])] = (T)-sum;
      }
      __syncthreads();
    }
  }
};

#define KERNELS(dtype, T)                                                                          \
  extern "C" __global__ void loss_##dtype(const __grid_constant__ Sequences q,                     \
                                          const __grid_constant__ Sizes s,                         \
                                          const __grid_constant__ View x, T *y)                    \
  {                                                                                                \
    const Path<T> p(q, s, x);                                                                      \
    p.go_forward();                                                                                \
    if (threadIdx.x == 0) y[p.row] = (T)-p.total();                                                \
  }                                                                                                \
  /* gx is 0 everywhere. */                                                                        \
  extern "C" __global__ void gradient_##dtype(                                                     \
      const __grid_constant__ Sequences q, const __grid_constant__ Sizes s,                        \
      const __grid_constant__ View x, const __grid_constant__ View g, T *gx)                       \
  {                                                                                                \
    const Path<T> p(q, s, x);                                                                      \
    p.go_forward();                                                                                \
    p.chain();                                                                                     \
    const double logarithm = p.total();                                                            \
    if (logarithm != -INFINITY) p.go_back(q.blank, logarithm, (double)g.at<T>(p.row), gx);         \
  }

KERNELS(f32, float)
KERNELS(f64, double)
