/* attention.cu -- what softmax attention does to blocks of scores: a warp to each row. */
#include "cuda/prelude.h"

#include "device/random.h"

/* As in attention.c: `rows` rows of `keys` scores, `block` of each matrix from query `from` on. */
struct Scores {
  int64_t rows, block, keys, from, first, queries, all_keys;
  double scale, keep, last;
  uint64_t seed, offset;
  const uint64_t *live; /* the seed of a step that is replayed, and what is added to the offset */
  int causal, has_mask;
  View mask;
};

/* A row: its number among all, that of its query, and what a warp's lane takes of it. */
struct Row {
  int64_t i, query, of_all;
  int lane;

  __device__ Row(const Scores &s)
  {
    i = thread_number() / 32;
    lane = threadIdx.x % 32;
    query = s.from + i % s.block;
    of_all = (s.first + i / s.block) * s.queries + query;
  }
};

/* Score j of a row, whose product is x; `at` is where the row's mask begins, of elements E. */
template <typename E, typename T>
__device__ __forceinline__ T score(const Scores &s, const Row &r, int64_t at, int64_t j, T x)
{
  const T hidden = -(T)INFINITY;
  x *= (T)s.scale;
  if (s.has_mask) {
    const int64_t m = at + j * s.mask.stride[s.mask.ndim - 1];
    if (s.mask.dtype == DG_BOOL) x = ((const uint8_t *)s.mask.data)[m] ? x : hidden;
    else x += (T)((const E *)s.mask.data)[m];
  }
  return s.causal && j > r.query ? hidden : x;
}

/* Where the mask of a row begins. */
static __device__ __forceinline__ int64_t mask_of(const Scores &s, const Row &r)
{
  return s.has_mask ? s.mask.place(r.of_all * s.all_keys) : 0;
}

/* x times its random 0 or 1 / keep. */
template <typename T>
__device__ __forceinline__ T dropped(const Scores &s, const Row &r, int64_t j, T x)
{
  uint32_t w[4];
  if (s.keep >= 1) return x;
  const uint64_t seed = s.live ? s.live[0] : s.seed, start = s.live ? s.live[1] : 0;
  const uint64_t row = (uint64_t)r.of_all * (uint64_t)((s.all_keys + 3) / 4);
  dg_philox_block(seed, 0, start + s.offset + row + (uint64_t)j / 4, w);
  const uint32_t word = j % 4 < 2 ? (j % 4 == 0 ? w[0] : w[1]) : (j % 4 == 2 ? w[2] : w[3]);
  return (double)word <= s.last ? x * (T)(1 / s.keep) : (T)0;
}

/* The row of p, which has products, becomes softmax of its scores, 0 for a row of -inf; the logarithm
 * of the sum of exp. */
template <typename E, typename T>
__device__ __forceinline__ T soften(const Scores &s, const Row &r, T *p)
{
  const int64_t mask = mask_of(s, r);
  T most = -(T)INFINITY, sum = 0;
  for (int64_t j = r.lane; j < s.keys; j += 32) {
    p[j] = score<E>(s, r, mask, j, p[j]);
    most = p[j] > most ? p[j] : most;
  }
  most = warp_all<Most>(most);
  const T shift = most - most == 0 ? most : (T)0;
  for (int64_t j = r.lane; j < s.keys; j += 32) {
    p[j] = exp(p[j] - shift);
    sum += p[j];
  }
  sum = warp_all<Add>(sum);
  const T scale = sum == 0 ? (T)0 : 1 / sum;
  for (int64_t j = r.lane; j < s.keys; j += 32) p[j] *= scale;
  return shift + log(sum);
}

/* E is what q, k and v have, T what is computed with: where they are one, what is computed may lie
 * where p is. log_sum has the logarithms of the sums of exp. */

/* to = m softmax(scores of p). */
template <typename E, typename T>
__device__ __forceinline__ void weights(const Scores &s, T *p, T *log_sum, E *to)
{
  const Row r(s);
  if (r.i >= s.rows) return;
  p += r.i * s.keys;
  to += r.i * s.keys;
  const T all = soften<E>(s, r, p);
  for (int64_t j = r.lane; j < s.keys; j += 32) to[j] = (E)dropped(s, r, j, p[j]);
  if (r.lane == 0) log_sum[r.of_all] = all;
}

/* p = the same without m, to = the same with it. */
template <typename E, typename T>
__device__ __forceinline__ void weights_again(const Scores &s, T *p, const T *log_sum, E *to)
{
  const Row r(s);
  if (r.i >= s.rows) return;
  const int64_t mask = mask_of(s, r);
  p += r.i * s.keys;
  to += r.i * s.keys;
  const T all = log_sum[r.of_all], shift = all < 0 && all - all != 0 ? (T)0 : all;
  for (int64_t j = r.lane; j < s.keys; j += 32) p[j] = exp(score<E>(s, r, mask, j, p[j]) - shift);
  for (int64_t j = r.lane; j < s.keys; j += 32) to[j] = (E)dropped(s, r, j, p[j]);
}

/* to = scale p (m t - d), where d = the row sums of y gy. */
template <typename E, typename T>
__device__ __forceinline__ void weights_grad(const Scores &s, const T *p, const E *y, const E *gy,
                                             int64_t width, const T *t, E *to)
{
  const Row r(s);
  if (r.i >= s.rows) return;
  T d = 0;
  for (int64_t j = r.lane; j < width; j += 32)
    d += (T)y[r.of_all * width + j] * (T)gy[r.of_all * width + j];
  d = warp_all<Add>(d);
  p += r.i * s.keys;
  t += r.i * s.keys;
  to += r.i * s.keys;
  for (int64_t j = r.lane; j < s.keys; j += 32)
    to[j] = (E)(p[j] * (dropped(s, r, j, t[j]) - d) * (T)s.scale);
}

#define KERNELS(dtype, E, T)                                                                       \
  extern "C" __global__ void weights_##dtype(const __grid_constant__ Scores s, T *p, T *log_sum,   \
                                             E *to)                                                \
  {                                                                                                \
    weights(s, p, log_sum, to);                                                                    \
  }                                                                                                \
  extern "C" __global__ void weights_again_##dtype(const __grid_constant__ Scores s, T *p,         \
                                                   const T *log_sum, E *to)                        \
  {                                                                                                \
    weights_again(s, p, log_sum, to);                                                              \
  }                                                                                                \
  extern "C" __global__ void weights_grad_##dtype(const __grid_constant__ Scores s, const T *p,    \
                                                  const E *y, const E *gy, int64_t width,          \
                                                  const T *t, E *to)                               \
  {                                                                                                \
    weights_grad(s, p, y, gy, width, t, to);                                                       \
  }

KERNELS(f32, float, float)
KERNELS(f64, double, double)
KERNELS(f16, Half, float)
KERNELS(bf16, Bfloat, float)
