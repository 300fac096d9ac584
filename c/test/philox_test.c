/* philox_test.c -- known answers, ranges, moments and independence of machine of device/cpu/philox. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device/cpu/isa.h"
#include "device/cpu/philox.h"

enum { N = 200000, SEED = 20240229 };

static int passed, failed;

static void check(int ok, const char *what)
{
  if (ok) {
    passed++;
    return;
  }
  failed++;
  printf("FAILED %s (%s)\n", what, dg_cpu_isa_name());
}

/* Random123's kat_vectors, philox4x32 with 10 rounds. */
static void test_known_answers(void)
{
  static const struct {
    uint64_t counter, stream, seed;
    uint32_t out[4];
  } known[] = {
    { 0, 0, 0, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { ~0ull, ~0ull, ~0ull, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { 0x85a308d3243f6a88,
      0x0370734413198a2e,
      0x299f31d0a4093822,
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    uint32_t out[4];
    dg_philox(known[i].seed, known[i].stream, known[i].counter, out);
    check(memcmp(out, known[i].out, sizeof out) == 0, "known answer");
  }
}

/* ---- one fill of each kind, as bytes ---- */

typedef void filler(void *y, int64_t n, uint64_t offset);

static void uniform_f32(void *y, int64_t n, uint64_t o)
{
  dg_fill_uniform_f32(y, n, SEED, o, -1, 2);
}
static void uniform_f64(void *y, int64_t n, uint64_t o)
{
  dg_fill_uniform_f64(y, n, SEED, o, -1, 2);
}
static void normal_f32(void *y, int64_t n, uint64_t o) { dg_fill_normal_f32(y, n, SEED, o, 3, 2); }
static void normal_f64(void *y, int64_t n, uint64_t o) { dg_fill_normal_f64(y, n, SEED, o, 3, 2); }
static void bernoulli(void *y, int64_t n, uint64_t o) { dg_fill_bernoulli_u8(y, n, SEED, o, 0.3); }
static void randint(void *y, int64_t n, uint64_t o) { dg_fill_randint_i64(y, n, SEED, o, -5, 7); }

/* Three quarters of all int64: every fourth word is drawn again. */
static void rejected(void *y, int64_t n, uint64_t o)
{
  dg_fill_randint_i64(y, n, SEED, o, INT64_MIN, INT64_MIN / 2 + INT64_MAX);
}

static const struct {
  filler *fill;
  const char *name;
  size_t size;
  int per_block;
} fillers[] = {
  { uniform_f32, "uniform_f32", 4, DG_UNIFORM_F32_PER_BLOCK },
  { uniform_f64, "uniform_f64", 8, DG_UNIFORM_F64_PER_BLOCK },
  { normal_f32, "normal_f32", 4, DG_NORMAL_F32_PER_BLOCK },
  { normal_f64, "normal_f64", 8, DG_NORMAL_F64_PER_BLOCK },
  { bernoulli, "bernoulli", 1, DG_BERNOULLI_PER_BLOCK },
  { randint, "randint", 8, DG_RANDINT_PER_BLOCK },
  { rejected, "rejected", 8, DG_RANDINT_PER_BLOCK },
};
enum { FILLERS = sizeof fillers / sizeof *fillers };

/* FNV-1a: the very bytes are the same on every (little-endian) machine, for every instruction set.
 * A change here breaks users' reproducible runs. */
static uint64_t hash(const void *data, size_t size)
{
  const unsigned char *p = data;
  uint64_t h = 0xcbf29ce484222325u;
  for (size_t i = 0; i < size; i++) h = (h ^ p[i]) * 0x100000001b3u;
  return h;
}

/* A fill in parts, of any length, is the whole fill. malloc of the exact size, so that ASan sees
 * what is written too far. */
static void test_parts(int k)
{
  size_t size = fillers[k].size;
  int per = fillers[k].per_block, ok = 1;
  char *whole = malloc(1400 * size);
  fillers[k].fill(whole, 1400, 7);
  for (int64_t n = 0; n < 600; n += n < 20 ? 1 : 37) {
    int64_t start = (n * 13 / 10) / per * per;
    char *part = malloc((size_t)n * size + !n);
    fillers[k].fill(part, n, 7 + (uint64_t)(start / per));
    ok &= memcmp(part, whole + (size_t)start * size, (size_t)n * size) == 0;
    free(part);
  }
  free(whole);
  check(ok, fillers[k].name);
}

static void test_bits(int k)
{
  static const uint64_t expected[FILLERS] = {
    0x2fa3ad1385d4093f, 0x096349d3a171004c, 0x6d56638fb2627965, 0x8f8a32d6262e28db,
    0x3805f5faa47451ec, 0x1d15f09ca14cc2f5, 0xfe921ddbf6a7d702,
  };
  size_t size = N * fillers[k].size;
  void *y = malloc(size);
  fillers[k].fill(y, N, 1);
  uint64_t h = hash(y, size);
  free(y);
  check(h == expected[k], fillers[k].name);
}

/* ---- distributions ---- */

/* Mean and variance of N numbers within five standard errors, the fourth moment more loosely. */
static void check_moments(const double *y, double mean, double variance, double kurtosis,
                          const char *what)
{
  double m = 0, v = 0, q = 0;
  for (int i = 0; i < N; i++) m += y[i] / N;
  for (int i = 0; i < N; i++) {
    double d = (y[i] - mean) * (y[i] - mean);
    v += d / N;
    q += d * d / N;
  }
  check(fabs(m - mean) < 5 * sqrt(variance / N), what);
  check(fabs(v / variance - 1) < 5 * sqrt((kurtosis - 1) / N), what);
  check(fabs(q / (variance * variance) - kurtosis) < 0.1 * kurtosis, what);
}

static double *y64;
static float *y32;

static void check_f32(double mean, double variance, double kurtosis, const char *what)
{
  for (int i = 0; i < N; i++) y64[i] = y32[i];
  check_moments(y64, mean, variance, kurtosis, what);
}

static void check_uncorrelated(const char *what)
{
  for (int lag = 1; lag <= 4; lag++) {
    double c = 0;
    for (int i = 0; i + lag < N; i++) c += (y64[i] - 3) * (y64[i + lag] - 3) / 4 / N;
    check(fabs(c) < 5 / sqrt(N), what);
  }
}

static void test_floats(void)
{
  uniform_f32(y32, N, 0);
  check_f32(0.5, 0.75, 1.8, "uniform_f32");
  uniform_f64(y64, N, 0);
  check_moments(y64, 0.5, 0.75, 1.8, "uniform_f64");
  normal_f32(y32, N, 0);
  check_f32(3, 4, 3, "normal_f32");
  check_uncorrelated("normal_f32 lag");
  normal_f64(y64, N, 0);
  check_moments(y64, 3, 4, 3, "normal_f64");
  check_uncorrelated("normal_f64 lag");
  int tail = 0;
  for (int i = 0; i < N; i++) tail += fabs(y64[i] - 3) > 6;
  check(fabs(tail - N * 0.0026998) < 5 * sqrt(N * 0.0026998), "three sigma");
}

static void test_ranges(void)
{
  int ok = 1;
  dg_fill_uniform_f32(y32, N, 1, 0, 1, nextafterf(1, 2));
  for (int i = 0; i < N; i++) ok &= y32[i] == 1;
  dg_fill_uniform_f64(y64, N, 1, 0, -0x1p60, -0x1p60 + 512);
  for (int i = 0; i < N; i++) ok &= y64[i] >= -0x1p60 && y64[i] < -0x1p60 + 512;
  dg_fill_uniform_f32(y32, N, 1, 0, 16777216, 16777224);
  for (int i = 0; i < N; i++) ok &= y32[i] >= 16777216 && y32[i] < 16777224;
  dg_fill_uniform_f32(y32, 9, 1, 0, 4, 4);
  for (int i = 0; i < 9; i++) ok &= y32[i] == 4;
  check(ok, "uniform range");
  dg_fill_normal_f64(y64, 9, 1, 0, 5, 0);
  for (int i = 0; i < 9; i++) ok &= y64[i] == 5;
  check(ok, "normal without deviation");
}

static void test_bernoulli(void)
{
  static const double p[] = { 0, 1, 0.5, 0.3, 1e-3, -1, 2, NAN, 1e-12 };
  static const double q[] = { 0, 1, 0.5, 0.3, 1e-3, 0, 1, 0, 0 };
  uint8_t *y = malloc(N);
  for (size_t k = 0; k < sizeof p / sizeof *p; k++) {
    int ones = 0;
    memset(y, 7, N);
    dg_fill_bernoulli_u8(y, N, SEED, k << 20, p[k]);
    for (int i = 0; i < N; i++) ones += y[i];
    check(fabs(ones - N * q[k]) <= 5 * sqrt(N * q[k] * (1 - q[k])), "bernoulli");
  }
  free(y);
}

static void test_randint(void)
{
  static int64_t y[N];
  int count[12] = { 0 }, ok = 1;
  double chi2 = 0;
  randint(y, N, 0);
  for (int i = 0; i < N; i++) {
    ok &= y[i] >= -5 && y[i] < 7;
    if (ok) count[y[i] + 5]++;
  }
  for (int i = 0; i < 12; i++) chi2 += pow(count[i] - N / 12.0, 2) / (N / 12.0);
  check(ok && chi2 < 45, "randint");
  int64_t third = 0, high = INT64_MIN / 2 + INT64_MAX;
  rejected(y, N, 0);
  ok = 1;
  for (int i = 0; i < N; i++) {
    ok &= y[i] < high;
    third += y[i] < INT64_MIN / 2;
  }
  check(ok && fabs((double)third - N / 3.0) < 5 * sqrt(N * 2 / 9.0), "randint with rejections");
  dg_fill_randint_i64(y, 100, SEED, 0, INT64_MIN, INT64_MAX);
  for (int i = 0; i < 100; i++) ok &= y[i] < INT64_MAX;
  dg_fill_randint_i64(y, 100, SEED, 0, -3, -2);
  for (int i = 0; i < 100; i++) ok &= y[i] == -3;
  check(ok, "randint range");
}

static void test_permutation(void)
{
  enum { TURNS = 24000 };
  int64_t y[1000];
  int seen[1000] = { 0 }, ok = 1, count[256] = { 0 };
  dg_permutation_i64(y, 1000, SEED, 0);
  for (int i = 0; i < 1000; i++)
    if (y[i] >= 0 && y[i] < 1000) seen[y[i]]++;
  for (int i = 0; i < 1000; i++) ok &= seen[i] == 1;
  check(ok, "permutation");
  for (uint64_t k = 0; k < TURNS; k++) {
    dg_permutation_i64(y, 4, SEED, 1000 + k * dg_blocks(4, DG_PERMUTATION_PER_BLOCK));
    count[y[0] | y[1] << 2 | y[2] << 4 | y[3] << 6]++;
  }
  double chi2 = 0;
  for (int i = 0; i < 256; i++)
    if (count[i]) chi2 += pow(count[i] - TURNS / 24.0, 2) / (TURNS / 24.0);
  check(chi2 < 64, "permutation is uniform");
  dg_permutation_i64(y, 1, SEED, 0);
  check(y[0] == 0, "permutation of one");
  dg_permutation_i64(NULL, 0, SEED, 0);
}

int main(void)
{
  dg_isa best = dg_cpu_isa();
  y64 = malloc(N * sizeof *y64);
  y32 = malloc(N * sizeof *y32);
  test_known_answers();
  for (int isa = 0; isa <= (int)best; isa++) {
    dg_cpu_set_isa((dg_isa)isa);
    for (int k = 0; k < FILLERS; k++) {
      test_parts(k);
      test_bits(k);
    }
    test_floats();
    test_ranges();
    test_bernoulli();
    test_randint();
    test_permutation();
  }
  check(dg_blocks(0, 4) == 0 && dg_blocks(1, 4) == 1 && dg_blocks(5, 4) == 2, "blocks");
  free(y64);
  free(y32);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
