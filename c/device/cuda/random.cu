/* random.cu -- arrays of random numbers that depend on seed and offset only: the bits of the CPU.
 *
 * A thread makes one block of words. This file is compiled without FMA. */
#include "cuda/prelude.h"

#include "device/random.h"

/* Parameters as in device/cpu/philox.c: low, high, the largest; mean, deviation. */
struct Numbers {
  double p[3];
};

/* `live` has the seed of a step that is replayed, and what is added to offsets. */
#define BLOCK                                                                                      \
  if (live) seed = live[0], offset += live[1];                                                     \
  uint32_t w[4];                                                                                   \
  const int64_t block = thread_number();                                                           \
  dg_philox_block(seed, 0, offset + (uint64_t)block, w);

extern "C" __global__ void uniform_f32(int64_t n, float *y, uint64_t seed, uint64_t offset,
                                       const uint64_t *live, const __grid_constant__ Numbers u)
{
  BLOCK
  const float low = (float)u.p[0], width = (float)u.p[1] - low, last = (float)u.p[2];
  for (int k = 0; k < 4; k++)
    if (4 * block + k < n) y[4 * block + k] = dg_between_f32(dg_unit_f32(w[k]), low, width, last);
}

extern "C" __global__ void uniform_f64(int64_t n, double *y, uint64_t seed, uint64_t offset,
                                       const uint64_t *live, const __grid_constant__ Numbers u)
{
  BLOCK
  const double low = u.p[0], width = u.p[1] - low, last = u.p[2];
  for (int k = 0; k < 2; k++)
    if (2 * block + k < n)
      y[2 * block + k] =
          dg_between_f64(dg_unit_f64(dg_word64(w[2 * k], w[2 * k + 1])), low, width, last);
}

extern "C" __global__ void normal_f32(int64_t n, float *y, uint64_t seed, uint64_t offset,
                                      const uint64_t *live, const __grid_constant__ Numbers u)
{
  BLOCK
  const float mean = (float)u.p[0], std = (float)u.p[1];
  float z[4];
  dg_normal_f32(w[0], w[1], &z[0], &z[1]);
  dg_normal_f32(w[2], w[3], &z[2], &z[3]);
  for (int k = 0; k < 4; k++)
    if (4 * block + k < n) y[4 * block + k] = mean + std * z[k];
}

extern "C" __global__ void normal_f64(int64_t n, double *y, uint64_t seed, uint64_t offset,
                                      const uint64_t *live, const __grid_constant__ Numbers u)
{
  BLOCK
  double z[2];
  dg_normal_f64(dg_word64(w[0], w[1]), dg_word64(w[2], w[3]), &z[0], &z[1]);
  for (int k = 0; k < 2; k++)
    if (2 * block + k < n) y[2 * block + k] = u.p[0] + u.p[1] * z[k];
}

/* p[0] is the largest word that counts, -1 for none, p[1] what it counts as. */
template <typename T>
__device__ __forceinline__ void bernoulli(int64_t n, T *y, uint64_t seed, uint64_t offset,
                                          const uint64_t *live, Numbers u)
{
  BLOCK
  for (int k = 0; k < 4; k++)
    if (4 * block + k < n) y[4 * block + k] = (double)w[k] <= u.p[0] ? (T)u.p[1] : (T)0;
}

/* [0, range) from element i, whose word is given: below() of device/cpu/philox.c. */
static __device__ uint64_t below(uint64_t range, uint64_t word, uint64_t seed, uint64_t offset,
                                 int64_t i)
{
  if (word * range < range) {
    const uint64_t least = (0 - range) % range;
    for (uint64_t stream = 1; word * range < least; stream++) {
      uint32_t w[4];
      dg_philox_block(seed, stream, offset + (uint64_t)i / 2, w);
      word = dg_word64(w[i % 2 * 2], w[i % 2 * 2 + 1]);
    }
  }
  return __umul64hi(word, range);
}

/* [low, high) */
template <typename T>
__device__ __forceinline__ void randint(int64_t n, T *y, uint64_t seed, uint64_t offset,
                                        const uint64_t *live, int64_t low, int64_t high)
{
  BLOCK
  for (int k = 0; k < 2; k++) {
    const int64_t i = 2 * block + k;
    if (i >= n) break;
    const uint64_t range = (uint64_t)high - (uint64_t)low;
    const int64_t x =
        (int64_t)((uint64_t)low + below(range, dg_word64(w[2 * k], w[2 * k + 1]), seed, offset, i));
    y[i] = (T)x;
  }
}

#define KERNELS(dtype, T)                                                                          \
  extern "C" __global__ void bernoulli_##dtype(int64_t n, T *y, uint64_t seed, uint64_t offset,    \
                                               const uint64_t *live,                               \
                                               const __grid_constant__ Numbers u)                  \
  {                                                                                                \
    bernoulli(n, y, seed, offset, live, u);                                                        \
  }                                                                                                \
  extern "C" __global__ void randint_##dtype(int64_t n, T *y, uint64_t seed, uint64_t offset,      \
                                             const uint64_t *live, int64_t low, int64_t high)      \
  {                                                                                                \
    randint(n, y, seed, offset, live, low, high);                                                  \
  }

KERNELS(f32, float)
KERNELS(f64, double)
KERNELS(i32, int32_t)
KERNELS(i64, int64_t)
KERNELS(u8, uint8_t)
