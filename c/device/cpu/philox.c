/* philox.c -- fills arrays with random numbers that depend on seed and offset only. */
#include "device/cpu/philox.h"
#include "device/cpu/isa.h"

#include <math.h>
#include <string.h>

/* Every instruction set must give the same bits, so products and sums are rounded one by one. (For
 * clang this holds under -ffp-contract=on, its default, or fast-honor-pragmas.) */
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#else
#pragma GCC optimize("fp-contract=off")
#endif
#include "device/random.h"

/* Work goes by batches of so many words, in L1, through loops that vectorize. */
enum { BATCH_BLOCKS = 64, BATCH_WORDS = 4 * BATCH_BLOCKS };

typedef void fill(void *y, const uint32_t *words, const double *parameters);

static void words_base(uint32_t *words, uint64_t seed, uint64_t counter)
{
  for (int i = 0; i < BATCH_BLOCKS; i++)
    dg_philox_block(seed, 0, counter + (uint64_t)i, words + 4 * i);
}

/* Compilers make shuffles of 32 x 32 -> 64 bit products. Here every 32-bit word of a block has a
 * 64-bit lane to itself, whose high half holds anything: the instruction ignores it. */
#if DG_HAS_X86
#include <immintrin.h>

typedef uint64_t word_pair __attribute__((may_alias));

#define PHILOX(target, isa, bytes, I, MUL)                                                         \
  typedef uint64_t v_##isa __attribute__((vector_size(bytes), may_alias));                         \
  target static void words_##isa(uint32_t *words, uint64_t seed, uint64_t counter)                 \
  {                                                                                                \
    enum { LANES = bytes / 8 };                                                                    \
    v_##isa low[BATCH_BLOCKS / LANES], high[BATCH_BLOCKS / LANES];                                 \
    const v_##isa zero = { 0 };                                                                    \
    v_##isa n = zero;                                                                              \
    for (int j = 0; j < LANES; j++) n[j] = counter + (uint64_t)j;                                  \
    for (int i = 0; i < BATCH_BLOCKS / LANES; i++, n += LANES) {                                   \
      v_##isa a = n, b = n >> 32, c = zero, d = zero;                                              \
      uint64_t k = seed, l = seed >> 32;                                                           \
      for (int round = 0; round < 10; round++) {                                                   \
        v_##isa u = (v_##isa)MUL((I)a, (I)(zero + 0xd2511f53u));                                   \
        v_##isa v = (v_##isa)MUL((I)c, (I)(zero + 0xcd9e8d57u));                                   \
        a = (v >> 32) ^ b ^ k;                                                                     \
        c = (u >> 32) ^ d ^ l;                                                                     \
        b = v;                                                                                     \
        d = u;                                                                                     \
        k += 0x9e3779b9u;                                                                          \
        l += 0xbb67ae85u;                                                                          \
      }                                                                                            \
      low[i] = (a & 0xffffffffu) | b << 32;                                                        \
      high[i] = (c & 0xffffffffu) | d << 32;                                                       \
    }                                                                                              \
    const word_pair *p = (const word_pair *)low, *q = (const word_pair *)high;                     \
    word_pair *y = (word_pair *)words;                                                             \
    for (int i = 0; i < BATCH_BLOCKS; i++) {                                                       \
      y[2 * i] = p[i];                                                                             \
      y[2 * i + 1] = q[i];                                                                         \
    }                                                                                              \
  }

PHILOX(DG_TARGET_AVX2, avx2, 32, __m256i, _mm256_mul_epu32)
PHILOX(DG_TARGET_AVX512, avx512, 64, __m512i, _mm512_mul_epu32)
#endif

DG_INLINE void uniform_f32_any(void *out, const uint32_t *words, const double *p)
{
  float *y = out, low = (float)p[0], width = (float)p[1] - low, last = (float)p[2];
  for (int i = 0; i < BATCH_WORDS; i++)
    y[i] = dg_between_f32(dg_unit_f32(words[i]), low, width, last);
}

DG_INLINE void uniform_f64_any(void *out, const uint32_t *words, const double *p)
{
  double *y = out, low = p[0], width = p[1] - low, last = p[2];
  for (int i = 0; i < BATCH_WORDS / 2; i++) {
    uint64_t w = dg_word64(words[2 * i], words[2 * i + 1]);
    y[i] = dg_between_f64(dg_unit_f64(w), low, width, last);
  }
}

DG_INLINE void normal_f32_any(void *out, const uint32_t *words, const double *p)
{
  float *y = out, mean = (float)p[0], std = (float)p[1];
  for (int i = 0; i < BATCH_WORDS / 2; i++) {
    float a, b;
    dg_normal_f32(words[2 * i], words[2 * i + 1], &a, &b);
    y[2 * i] = mean + std * a;
    y[2 * i + 1] = mean + std * b;
  }
}

DG_INLINE void normal_f64_any(void *out, const uint32_t *words, const double *p)
{
  double *y = out, mean = p[0], std = p[1];
  for (int i = 0; i < BATCH_BLOCKS; i++) {
    uint64_t v = dg_word64(words[4 * i], words[4 * i + 1]);
    uint64_t w = dg_word64(words[4 * i + 2], words[4 * i + 3]);
    double a, b;
    dg_normal_f64(v, w, &a, &b);
    y[2 * i] = mean + std * a;
    y[2 * i + 1] = mean + std * b;
  }
}

/* p[0] is the largest word that counts as 1, and not negative. */
DG_INLINE void bernoulli_any(void *out, const uint32_t *words, const double *p)
{
  uint8_t *y = out;
  uint32_t last = (uint32_t)p[0];
  for (int i = 0; i < BATCH_WORDS; i++) y[i] = words[i] <= last;
}

/* ---- one set of loops for each instruction set ---- */

typedef struct {
  void (*words)(uint32_t *words, uint64_t seed, uint64_t counter);
  fill *uniform_f32, *uniform_f64, *normal_f32, *normal_f64, *bernoulli;
} loops;

#define FILL(target, isa, name)                                                                    \
  target static void name##_##isa(void *restrict y, const uint32_t *restrict words,                \
                                  const double *parameters)                                        \
  {                                                                                                \
    name##_any(y, words, parameters);                                                              \
  }
#define LOOPS(target, isa)                                                                         \
  FILL(target, isa, uniform_f32)                                                                   \
  FILL(target, isa, uniform_f64)                                                                   \
  FILL(target, isa, normal_f32)                                                                    \
  FILL(target, isa, normal_f64)                                                                    \
  FILL(target, isa, bernoulli)                                                                     \
  static const loops loops_##isa = { words_##isa,      uniform_f32_##isa, uniform_f64_##isa,       \
                                     normal_f32_##isa, normal_f64_##isa,  bernoulli_##isa };

LOOPS(, base)
#if DG_HAS_X86
LOOPS(DG_TARGET_AVX2, avx2)
LOOPS(DG_TARGET_AVX512, avx512)
#endif

static const loops *best_loops(void)
{
#if DG_HAS_X86
  static const loops *const sets[DG_ISA_COUNT] = { &loops_base, &loops_avx2, &loops_avx512 };
  return sets[dg_cpu_isa()];
#else
  return &loops_base;
#endif
}

/* Batch after batch into y; the last one aside, and what is asked for of it copied. */
static void fill_all(void *y, int64_t n, int per_block, size_t size, uint64_t seed, uint64_t offset,
                     const loops *use, fill *convert, const double *parameters)
{
  uint32_t words[BATCH_WORDS] __attribute__((aligned(64)));
  double rest[BATCH_WORDS];
  int64_t batch = (int64_t)per_block * BATCH_BLOCKS;
  char *out = y;
  for (; n > 0; n -= batch) {
    use->words(words, seed, offset);
    /* cppcheck-suppress legacyUninitvar */
    convert(n >= batch ? (void *)out : rest, words, parameters);
    /* cppcheck-suppress uninitvar */
    if (n < batch) memcpy(out, rest, (size_t)n * size);
    out += (size_t)batch * size;
    offset += BATCH_BLOCKS;
  }
}

void dg_philox(uint64_t seed, uint64_t stream, uint64_t counter, uint32_t out[4])
{
  dg_philox_block(seed, stream, counter, out);
}

void dg_fill_uniform_f32(float *y, int64_t n, uint64_t seed, uint64_t offset, float low, float high)
{
  const loops *use = best_loops();
  double p[3] = { low, high, nextafterf(high, low) };
  fill_all(y, n, DG_UNIFORM_F32_PER_BLOCK, sizeof *y, seed, offset, use, use->uniform_f32, p);
}

void dg_fill_uniform_f64(double *y, int64_t n, uint64_t seed, uint64_t offset, double low,
                         double high)
{
  const loops *use = best_loops();
  double p[3] = { low, high, nextafter(high, low) };
  fill_all(y, n, DG_UNIFORM_F64_PER_BLOCK, sizeof *y, seed, offset, use, use->uniform_f64, p);
}

void dg_fill_normal_f32(float *y, int64_t n, uint64_t seed, uint64_t offset, float mean, float std)
{
  const loops *use = best_loops();
  double p[2] = { mean, std };
  fill_all(y, n, DG_NORMAL_F32_PER_BLOCK, sizeof *y, seed, offset, use, use->normal_f32, p);
}

void dg_fill_normal_f64(double *y, int64_t n, uint64_t seed, uint64_t offset, double mean,
                        double std)
{
  const loops *use = best_loops();
  double p[2] = { mean, std };
  fill_all(y, n, DG_NORMAL_F64_PER_BLOCK, sizeof *y, seed, offset, use, use->normal_f64, p);
}

void dg_fill_bernoulli_u8(uint8_t *y, int64_t n, uint64_t seed, uint64_t offset, double p)
{
  const loops *use = best_loops();
  double q = p > 0 ? (p < 1 ? p : 1) : 0;
  double last = floor(q * 0x1p32 + 0.5) - 1;
  if (last >= 0)
    fill_all(y, n, DG_BERNOULLI_PER_BLOCK, sizeof *y, seed, offset, use, use->bernoulli, &last);
  else if (n > 0) memset(y, 0, (size_t)n);
}

/* ---- whole numbers ---- */

/* [0, range), range > 0, from element i: D. Lemire, "Fast random integer generation in an
 * interval", 2019. A word that would favour some results is drawn again from the next stream, so
 * other elements do not shift. */
static uint64_t below(uint64_t range, uint64_t word, uint64_t seed, uint64_t offset, int64_t i)
{
  unsigned __int128 product = (unsigned __int128)word * range;
  if ((uint64_t)product < range) {
    uint64_t least = (0 - range) % range;
    for (uint64_t stream = 1; (uint64_t)product < least; stream++) {
      uint32_t w[4];
      dg_philox_block(seed, stream, offset + (uint64_t)i / 2, w);
      product = (unsigned __int128)dg_word64(w[i % 2 * 2], w[i % 2 * 2 + 1]) * range;
    }
  }
  return (uint64_t)(product >> 64);
}

void dg_fill_randint_i64(int64_t *y, int64_t n, uint64_t seed, uint64_t offset, int64_t low,
                         int64_t high)
{
  const loops *use = best_loops();
  uint64_t range = (uint64_t)high - (uint64_t)low;
  uint32_t words[BATCH_WORDS] __attribute__((aligned(64)));
  for (int64_t i = 0; i < n; i++) {
    int64_t j = i % (BATCH_WORDS / 2);
    if (j == 0) use->words(words, seed, offset + (uint64_t)i / 2);
    uint64_t word = dg_word64(words[2 * j], words[2 * j + 1]);
    y[i] = (int64_t)((uint64_t)low + below(range, word, seed, offset, i));
  }
}

/* R. Durstenfeld, "Algorithm 235: random permutation", 1964, from the front: element i goes to a
 * place up to i. */
void dg_permutation_i64(int64_t *y, int64_t n, uint64_t seed, uint64_t offset)
{
  const loops *use = best_loops();
  uint32_t words[BATCH_WORDS] __attribute__((aligned(64)));
  for (int64_t i = 0; i < n; i++) {
    int64_t k = i % (BATCH_WORDS / 2);
    if (k == 0) use->words(words, seed, offset + (uint64_t)i / 2);
    uint64_t word = dg_word64(words[2 * k], words[2 * k + 1]);
    uint64_t j = below((uint64_t)i + 1, word, seed, offset, i);
    y[i] = y[j];
    y[j] = i;
  }
}
